//! Protobuf messages of the login and the pairing that `waproto::codec` has no pinned entry point for.

use buffa::{DecodeError, Message as _};
use waproto::whatsapp::{
    ADVDeviceIdentity, ADVSignedDeviceIdentityHMAC, ClientPayload, DeviceProps,
};

/// A client's login payload.
pub(crate) fn client_payload(bytes: &[u8]) -> Result<ClientPayload, DecodeError> {
    ClientPayload::decode_from_slice(bytes)
}

/// What a companion says of itself when it is paired.
pub(crate) fn device_props(bytes: &[u8]) -> Result<DeviceProps, DecodeError> {
    DeviceProps::decode_from_slice(bytes)
}

/// The part of a device identity that the phone signs.
pub(crate) fn device_identity_to_vec(identity: &ADVDeviceIdentity) -> Vec<u8> {
    identity.encode_to_vec()
}

/// The signed device identity with its HMAC under the ADV secret.
pub(crate) fn signed_identity_hmac_to_vec(container: &ADVSignedDeviceIdentityHMAC) -> Vec<u8> {
    container.encode_to_vec()
}
