"""Every contract of what is stored, on every database."""

from errand_domain.testing import contracts


class TestTransaction(contracts.TransactionContract):
    pass


class TestCampuses(contracts.CampusesContract):
    pass


class TestMembers(contracts.MembersContract):
    pass


class TestSessions(contracts.SessionsContract):
    pass


class TestEntering(contracts.EnteringContract):
    pass


class TestCredentials(contracts.CredentialsContract):
    pass


class TestRunners(contracts.RunnersContract):
    pass


class TestOrders(contracts.OrdersContract):
    pass


class TestAttempts(contracts.AttemptsContract):
    pass


class TestRefunds(contracts.RefundsContract):
    pass


class TestLedger(contracts.LedgerContract):
    pass


class TestEarnings(contracts.EarningsContract):
    pass


class TestWithdrawals(contracts.WithdrawalsContract):
    pass


class TestDisputes(contracts.DisputesContract):
    pass


class TestReviews(contracts.ReviewsContract):
    pass


class TestContentCases(contracts.ContentCasesContract):
    pass


class TestReports(contracts.ReportsContract):
    pass


class TestFiles(contracts.FilesContract):
    pass


class TestAudit(contracts.AuditContract):
    pass


class TestAuditChain(contracts.AuditChainContract):
    pass


class TestTimers(contracts.TimersContract):
    pass


class TestRelay(contracts.RelayContract):
    pass


class TestAnswers(contracts.AnswersContract):
    pass


class TestHall(contracts.HallContract):
    pass


class TestRetained(contracts.RetainedContract):
    pass


class TestExpectedFiles(contracts.ExpectedFilesContract):
    pass


class TestUnusedFiles(contracts.UnusedFilesContract):
    pass
