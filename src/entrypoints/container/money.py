"""Payments, refunds, earnings, withdrawals, and the books."""

from dependency_injector.providers import Factory

from entrypoints.container.ports import Ports
from errand_domain.use_cases.background.receive_notification import ReceiveNotification
from errand_domain.use_cases.files.screen_images import RecordVerdict
from errand_domain.use_cases.money.advance_withdrawal import AdvanceWithdrawal
from errand_domain.use_cases.money.confirm_withdrawal import CancelWithdrawal, ReopenConfirmation
from errand_domain.use_cases.money.pay_for_errand import OpenAttempt, PayForErrand, RaiseTip, StartPayment
from errand_domain.use_cases.money.query_payment import QueryPayment
from errand_domain.use_cases.money.recheck_payment import RecheckPayment
from errand_domain.use_cases.money.reconcile_day import ReconcileDay
from errand_domain.use_cases.money.record_payment import RecordPayment
from errand_domain.use_cases.money.record_settlement import RecordSettlement
from errand_domain.use_cases.money.refunding import AdvanceRefund, RetryRefund
from errand_domain.use_cases.money.release_earning import ReleaseEarning
from errand_domain.use_cases.money.report_delivery import ReportDelivery
from errand_domain.use_cases.money.resolve_withdrawal import GiveUpWithdrawal, RetryWithdrawal
from errand_domain.use_cases.money.verify_ledger import VerifyLedger
from errand_domain.use_cases.money.view_earnings import ListWithdrawals, ViewEarnings
from errand_domain.use_cases.money.view_money_at_campus import ListAbnormalRefunds, ListCampusWithdrawals
from errand_domain.use_cases.money.withdraw_earnings import DecideWithdrawal, RequestWithdrawal


class Money(Ports):
    """All that moves or counts money."""

    start_payment = Factory(StartPayment, begin=Ports.begin, clock=Ports.clock, providers=Ports.payment_providers)
    record_payment = Factory(RecordPayment, begin=Ports.begin, clock=Ports.clock)
    query_payment = Factory(
        QueryPayment, begin=Ports.begin, clock=Ports.clock, providers=Ports.payment_providers, record=record_payment
    )
    recheck_payment = Factory(
        RecheckPayment, begin=Ports.begin, providers=Ports.payment_providers, query=query_payment, record=record_payment
    )
    open_attempt = Factory(
        OpenAttempt,
        begin=Ports.begin,
        clock=Ports.clock,
        ids=Ports.ids,
        providers=Ports.payment_providers,
        query=query_payment,
    )
    pay_for_errand = Factory(PayForErrand, open=open_attempt, start=start_payment)
    raise_tip = Factory(RaiseTip, open=open_attempt, start=start_payment)
    advance_refund = Factory(AdvanceRefund, begin=Ports.begin, clock=Ports.clock, providers=Ports.payment_providers)
    retry_refund = Factory(RetryRefund, begin=Ports.begin, clock=Ports.clock, advance=advance_refund)
    report_delivery = Factory(ReportDelivery, begin=Ports.begin, clock=Ports.clock, providers=Ports.payment_providers)
    record_settlement = Factory(
        RecordSettlement, begin=Ports.begin, clock=Ports.clock, providers=Ports.payment_providers
    )
    release_earning = Factory(
        ReleaseEarning,
        begin=Ports.begin,
        clock=Ports.clock,
        providers=Ports.payment_providers,
        settle=record_settlement,
    )
    advance_withdrawal = Factory(
        AdvanceWithdrawal, begin=Ports.begin, clock=Ports.clock, providers=Ports.payment_providers
    )
    record_verdict = Factory(RecordVerdict, begin=Ports.begin, clock=Ports.clock)
    receive_notification = Factory(
        ReceiveNotification,
        begin=Ports.begin,
        providers=Ports.payment_providers,
        payments=record_payment,
        refunds=advance_refund,
        withdrawals=advance_withdrawal,
        settlements=record_settlement,
        verdicts=record_verdict,
    )
    view_earnings = Factory(ViewEarnings, begin=Ports.begin)
    list_withdrawals = Factory(ListWithdrawals, begin=Ports.begin)
    request_withdrawal = Factory(
        RequestWithdrawal, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, providers=Ports.payment_providers
    )
    decide_withdrawal = Factory(DecideWithdrawal, begin=Ports.begin, clock=Ports.clock)
    retry_withdrawal = Factory(RetryWithdrawal, begin=Ports.begin, clock=Ports.clock)
    give_up_withdrawal = Factory(
        GiveUpWithdrawal,
        begin=Ports.begin,
        clock=Ports.clock,
        providers=Ports.payment_providers,
        advance=advance_withdrawal,
    )
    reopen_confirmation = Factory(
        ReopenConfirmation, begin=Ports.begin, providers=Ports.payment_providers, advance=advance_withdrawal
    )
    cancel_withdrawal = Factory(
        CancelWithdrawal,
        begin=Ports.begin,
        clock=Ports.clock,
        providers=Ports.payment_providers,
        advance=advance_withdrawal,
    )
    list_abnormal_refunds = Factory(ListAbnormalRefunds, begin=Ports.begin)
    list_campus_withdrawals = Factory(ListCampusWithdrawals, begin=Ports.begin)
    reconcile_day = Factory(ReconcileDay, begin=Ports.begin, providers=Ports.payment_providers)
    verify_ledger = Factory(VerifyLedger, begin=Ports.begin)
