"""The tables of the service. A change here needs a migration beside it, which a test compares with these classes."""

from ki67.app.store.rows.accounts import Account, ApiToken, Challenge, Link, Passkey, SignIn
from ki67.app.store.rows.base import Base
from ki67.app.store.rows.cases import Case, Job, Picture, Result, Tumour, Upload
from ki67.app.store.rows.log import LogEntry
from ki67.app.store.rows.opinions import Assignment, Comment, Contact, Review, Seen

__all__ = [
    "Account", "ApiToken", "Assignment", "Base", "Case", "Challenge", "Comment", "Contact", "Job", "Link", "LogEntry", "Passkey",
    "Picture", "Result", "Review", "Seen", "SignIn", "Tumour", "Upload",
]  # fmt: skip
