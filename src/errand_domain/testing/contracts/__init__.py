"""One contract suite per port: subclass it, give its fixture, and every promise of the port is tested.

```python
class TestOurOrders(OrdersContract):
    @pytest.fixture
    def database(self) -> Database: ...  # as in `contracts.database`; empty for each test
```

Suites of what is stored ask for `database`; the others ask for `adapter`, and say in their docstring what else.
Async tests are marked for anyio.
"""

from errand_domain.testing.contracts.answers import AnswersContract
from errand_domain.testing.contracts.audit_chain import AuditChainContract
from errand_domain.testing.contracts.bills import BillsContract, Desks, OutsideWithDays
from errand_domain.testing.contracts.collecting import AttemptsContract, RefundsContract
from errand_domain.testing.contracts.content import ContentCasesContract, ContentCheckContract
from errand_domain.testing.contracts.credentials import (
    AuthenticatorsContract,
    BreachedPasswordsContract,
    CredentialsContract,
    PasswordHashesContract,
)
from errand_domain.testing.contracts.database import Database
from errand_domain.testing.contracts.earning import EarningsContract, WithdrawalsContract
from errand_domain.testing.contracts.entering import EnteringContract
from errand_domain.testing.contracts.file_store import FileStoreContract
from errand_domain.testing.contracts.files import FilesContract
from errand_domain.testing.contracts.hall import HallContract
from errand_domain.testing.contracts.image_check import ImageCheckContract
from errand_domain.testing.contracts.images import ImagesContract
from errand_domain.testing.contracts.ledger import LedgerContract
from errand_domain.testing.contracts.link_seal import LinkSealContract
from errand_domain.testing.contracts.mini_program import MiniProgramCodesContract, MiniProgramContract, Users
from errand_domain.testing.contracts.notifications import NotificationsContract
from errand_domain.testing.contracts.orders import OrdersContract
from errand_domain.testing.contracts.outside import (
    ClockContract,
    IdsContract,
    MapsContract,
    NoticesContract,
    QuoteSealContract,
    SecretsContract,
)
from errand_domain.testing.contracts.payments import Outside, PaymentsContract, PayoutsContract, RefundDeskContract
from errand_domain.testing.contracts.people import MembersContract, SessionsContract
from errand_domain.testing.contracts.public_images import PublicImagesContract
from errand_domain.testing.contracts.rate_limits import RateLimitsContract
from errand_domain.testing.contracts.records import (
    AuditContract,
    CampusesContract,
    DisputesContract,
    ReviewsContract,
)
from errand_domain.testing.contracts.relay import RelayContract
from errand_domain.testing.contracts.reports import ReportsContract
from errand_domain.testing.contracts.retained import ExpectedFilesContract, RetainedContract, UnusedFilesContract
from errand_domain.testing.contracts.runners import RunnersContract
from errand_domain.testing.contracts.shipping import Receiving, ShippingContract
from errand_domain.testing.contracts.timers import TimersContract
from errand_domain.testing.contracts.transaction import TransactionContract
from errand_domain.testing.contracts.uploads import IncomingContract, Post, TicketSealContract

__all__ = [
    "AnswersContract",
    "AttemptsContract",
    "AuditChainContract",
    "AuditContract",
    "AuthenticatorsContract",
    "BillsContract",
    "BreachedPasswordsContract",
    "CampusesContract",
    "ClockContract",
    "ContentCasesContract",
    "ContentCheckContract",
    "CredentialsContract",
    "Database",
    "Desks",
    "DisputesContract",
    "EarningsContract",
    "EnteringContract",
    "ExpectedFilesContract",
    "FileStoreContract",
    "FilesContract",
    "HallContract",
    "IdsContract",
    "ImageCheckContract",
    "ImagesContract",
    "IncomingContract",
    "LedgerContract",
    "LinkSealContract",
    "MapsContract",
    "MembersContract",
    "MiniProgramCodesContract",
    "MiniProgramContract",
    "NoticesContract",
    "NotificationsContract",
    "OrdersContract",
    "Outside",
    "OutsideWithDays",
    "PasswordHashesContract",
    "PaymentsContract",
    "PayoutsContract",
    "Post",
    "PublicImagesContract",
    "QuoteSealContract",
    "RateLimitsContract",
    "Receiving",
    "RefundDeskContract",
    "RefundsContract",
    "RelayContract",
    "ReportsContract",
    "RetainedContract",
    "ReviewsContract",
    "RunnersContract",
    "SecretsContract",
    "SessionsContract",
    "ShippingContract",
    "TicketSealContract",
    "TimersContract",
    "TransactionContract",
    "UnusedFilesContract",
    "Users",
    "WithdrawalsContract",
]
