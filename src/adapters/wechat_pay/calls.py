"""The calls of the SDK that we make, with types. Each answers with a status and a body; errors are answers too."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

Raw = tuple[int, str | bytes]


class Sdk(Protocol):
    """The methods of `AsyncWeChatPay`, as they are.

    What it raises by itself are bare `Exception`s for arguments that are missing: whoever calls gives them all.
    """

    @abstractmethod
    async def pay(
        self,
        *,
        description: str,
        out_trade_no: str,
        amount: Mapping[str, object],
        payer: Mapping[str, str],
        time_expire: str,
    ) -> Raw:
        """Order a payment that an app opens."""

    @abstractmethod
    async def query(self, *, out_trade_no: str) -> Raw:
        """What became of an order."""

    @abstractmethod
    async def close(self, out_trade_no: str) -> Raw:
        """Make an order unpayable."""

    @abstractmethod
    async def refund(self, *, out_refund_no: str, out_trade_no: str, amount: Mapping[str, object], reason: str) -> Raw:
        """Give back part of a payment."""

    @abstractmethod
    async def query_refund(self, out_refund_no: str) -> Raw:
        """What became of a refund."""

    @abstractmethod
    async def mch_transfer_bills(
        self,
        *,
        out_bill_no: str,
        transfer_scene_id: str,
        openid: str,
        transfer_amount: int,
        transfer_remark: str,
        user_name: str | None,
        user_recv_perception: str | None,
        transfer_scene_report_infos: Sequence[Mapping[str, str]],
    ) -> Raw:
        """Order a transfer that its payee confirms. A name is encrypted, and left out where the sum is too small."""

    @abstractmethod
    async def mch_transfer_bills_query(self, *, out_bill_no: str) -> Raw:
        """What became of a transfer."""

    @abstractmethod
    async def mch_transfer_bills_cancel(self, out_bill_no: str) -> Raw:
        """Take back a transfer that is not confirmed."""

    @abstractmethod
    async def trade_bill(self, bill_date: str) -> Raw:
        """Where the bill of a day's payments and refunds is."""

    @abstractmethod
    async def fundflow_bill(self, bill_date: str) -> Raw:
        """Where the bill of a day's movements of the basic account is."""

    @abstractmethod
    async def download_bill(self, url: str) -> Raw:
        """A bill, which carries no signature."""

    @abstractmethod
    def sign(self, data: Sequence[str]) -> str:
        """The signature of those lines with the merchant's key."""
