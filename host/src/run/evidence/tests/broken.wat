;; A plugin with one handler of messages, whose code comes where the word in capitals stands and leaves the address of its answer.
;; `$ok` is the answer without actions.
(component
  (import "jadi:plugin/types@0.1.0" (instance $types
    (export "event" (type (sub resource)))
    (export "message" (type (sub resource)))
    (export "action" (type (sub resource)))
    (type $error-fields (record (field "message" string)))
    (export "error" (type (eq $error-fields)))))
  (alias export $types "event" (type $event))
  (alias export $types "message" (type $message))
  (alias export $types "action" (type $action))
  (alias export $types "error" (type $error))
  (core func $drop-event (canon resource.drop $event))
  (core func $drop-message (canon resource.drop $message))
  (core module $main
    (import "host" "drop-event" (func $drop-event (param i32)))
    (import "host" "drop-message" (func $drop-message (param i32)))
    (memory (export "memory") 1)
    (func $ok (result i32) (i32.const 0))
    (func $oops unreachable)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func $handle (export "handle") (param $event i32) (param $message i32) (result i32)
      (call $drop-event (local.get $event))
      (call $drop-message (local.get $message))
      BODY))
  (core instance $main (instantiate $main
    (with "host" (instance
      (export "drop-event" (func $drop-event))
      (export "drop-message" (func $drop-message))))))
  (alias core export $main "memory" (core memory $memory))
  (alias core export $main "realloc" (core func $realloc))
  (alias core export $main "handle" (core func $handle))
  (func $handle-event
    (param "event" (borrow $event)) (param "message" (borrow $message))
    (result (result (list (own $action)) (error $error)))
    (canon lift (core func $handle) (memory $memory) (realloc $realloc)))
  (component $on-message
    (import "event" (type $event (sub resource)))
    (import "message" (type $message (sub resource)))
    (import "action" (type $action (sub resource)))
    (type $error-fields (record (field "message" string)))
    (import "error" (type $error (eq $error-fields)))
    (import "handle" (func $handle
      (param "event" (borrow $event)) (param "message" (borrow $message))
      (result (result (list (own $action)) (error $error)))))
    (export "event" (type $event))
    (export "message" (type $message))
    (export "action" (type $action))
    (export $exported-error "error" (type $error))
    (export "handle" (func $handle)))
  (instance $on-message (instantiate $on-message
    (with "event" (type $event)) (with "message" (type $message))
    (with "action" (type $action)) (with "error" (type $error))
    (with "handle" (func $handle-event))))
  (export "jadi:plugin/on-message@0.1.0" (instance $on-message)))
