"""Each call comes from another visitor, so that the limits by address do not answer instead of what is checked. What is answered is
kept, a line for each call, so that a check which asks in vain is seen."""

import itertools
import os

import schemathesis

visitors = itertools.count(1)
answers = open(os.environ["JADI_ANSWERS"], "a", buffering=1)


@schemathesis.hook
def before_call(context, case, kwargs):
    visitor = next(visitors)
    case.headers["x-forwarded-for"] = f"198.18.{visitor // 250 % 250}.{visitor % 250 + 1}"


@schemathesis.hook
def after_call(context, case, response):
    print(response.status_code, case.operation.label, file=answers)
