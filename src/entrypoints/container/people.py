"""What people do with their accounts, and staff with people."""

from dependency_injector.providers import Factory

from entrypoints.container.ports import Ports
from errand_domain.use_cases.background.forget_what_is_over import CountWhatIsDue, ForgetWhatIsOver
from errand_domain.use_cases.files.erase_file import EraseUnfinishedFile, EraseUnusedFile
from errand_domain.use_cases.files.file_links import FollowFileLink, IssueFileLink
from errand_domain.use_cases.files.screen_images import MissVerdict, ShowToCheck, SubmitImage
from errand_domain.use_cases.files.stored_files import FetchFile, UploadFile
from errand_domain.use_cases.files.upload_tickets import IssueUploadTicket, KeepUpload, ReceiveUpload, TakeUpload
from errand_domain.use_cases.members.avatars import RemoveAvatar, SeePicture, ShowAvatar
from errand_domain.use_cases.members.close_account import CloseAccount
from errand_domain.use_cases.members.export_member import ExportMember
from errand_domain.use_cases.members.forget_member import ForgetInOrders
from errand_domain.use_cases.members.manage_profile import BlockMember, GiveConsent, UpdateProfile
from errand_domain.use_cases.members.take_export import TakeExport
from errand_domain.use_cases.moderation.erase_content_case import EraseContentCase
from errand_domain.use_cases.operators.accept_invitation import AcceptInvitation, ViewInvitation
from errand_domain.use_cases.operators.manage_members import BarMember, GrantRole
from errand_domain.use_cases.operators.manage_operators import DisableOperator, InviteOperator, Inviting, ResetOperator
from errand_domain.use_cases.operators.prove_invitee import ProveInvitee, SendInviteeCode
from errand_domain.use_cases.operators.read_audit import ReadAudit
from errand_domain.use_cases.operators.verify_audit import LinkAudit, VerifyAudit
from errand_domain.use_cases.orders.erase_order import EraseOrderDetails, EraseTraces
from errand_domain.use_cases.runners.apply_as_runner import ApplyAsRunner
from errand_domain.use_cases.runners.look_at_application import EarlierDecisions, LookAtApplication
from errand_domain.use_cases.runners.review_runner import ReviewQueue, ReviewRunner
from errand_domain.use_cases.runners.runner_standing import SwitchShift, ViewStanding
from errand_domain.use_cases.runners.watch_runner import WatchRunner
from errand_domain.use_cases.signing_in.entering import Entrance
from errand_domain.use_cases.signing_in.fresh_proof import CheckFreshProof
from errand_domain.use_cases.signing_in.own_sessions import ListSessions, Recognise, SignOut, SignOutElsewhere
from errand_domain.use_cases.signing_in.own_ways import LinkByTicket, LinkWay, UnlinkWay
from errand_domain.use_cases.signing_in.prove_again import ProveAgain
from errand_domain.use_cases.signing_in.request_code import RequestCode
from errand_domain.use_cases.signing_in.set_password import ResetPassword, SetPassword
from errand_domain.use_cases.signing_in.sign_in import SignIn, SignInByWechat
from errand_domain.use_cases.signing_in.sign_in_by_password import SignInByPassword


class People(Ports):
    """Members, runners, their files and papers."""

    request_code = Factory(
        RequestCode,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        notices=Ports.notices,
        limits=Ports.rate_limits,
        phone_countries=Ports.settings.provided.sms_countries,
    )
    entrance = Factory(Entrance, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, secrets=Ports.secrets)
    sign_in = Factory(SignIn, entrance=entrance)
    sign_in_by_wechat = Factory(SignInByWechat, entrance=entrance, mini_program=Ports.mini_program)
    sign_in_by_password = Factory(
        SignInByPassword,
        entrance=entrance,
        limits=Ports.rate_limits,
        passwords=Ports.password_hashes,
        authenticators=Ports.authenticators,
    )
    prove_again = Factory(
        ProveAgain,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        limits=Ports.rate_limits,
        passwords=Ports.password_hashes,
        authenticators=Ports.authenticators,
        mini_program=Ports.mini_program,
    )
    set_password = Factory(
        SetPassword,
        begin=Ports.begin,
        clock=Ports.clock,
        limits=Ports.rate_limits,
        passwords=Ports.password_hashes,
        breached=Ports.breached_passwords,
    )
    reset_password = Factory(
        ResetPassword,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        passwords=Ports.password_hashes,
        breached=Ports.breached_passwords,
    )
    inviting = Factory(Inviting, secrets=Ports.secrets, authenticators=Ports.authenticators, notices=Ports.notices)
    invite_operator = Factory(InviteOperator, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, inviting=inviting)
    reset_operator = Factory(ResetOperator, begin=Ports.begin, clock=Ports.clock, inviting=inviting)
    disable_operator = Factory(DisableOperator, begin=Ports.begin, clock=Ports.clock)
    view_invitation = Factory(
        ViewInvitation,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        authenticators=Ports.authenticators,
        notices=Ports.notices,
    )
    send_invitee_code = Factory(
        SendInviteeCode, begin=Ports.begin, clock=Ports.clock, secrets=Ports.secrets, request_code=request_code
    )
    prove_invitee = Factory(
        ProveInvitee,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        limits=Ports.rate_limits,
        authenticators=Ports.authenticators,
    )
    accept_invitation = Factory(
        AcceptInvitation,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        limits=Ports.rate_limits,
        passwords=Ports.password_hashes,
        authenticators=Ports.authenticators,
        notices=Ports.notices,
        breached=Ports.breached_passwords,
    )
    recognise = Factory(Recognise, begin=Ports.begin, clock=Ports.clock, secrets=Ports.secrets)
    check_fresh_proof = Factory(CheckFreshProof, begin=Ports.begin, clock=Ports.clock)
    list_sessions = Factory(ListSessions, begin=Ports.begin, clock=Ports.clock)
    sign_out = Factory(SignOut, begin=Ports.begin, clock=Ports.clock)
    sign_out_elsewhere = Factory(SignOutElsewhere, begin=Ports.begin)
    update_profile = Factory(
        UpdateProfile, begin=Ports.begin, clock=Ports.clock, ids=Ports.ids, content=Ports.content_check
    )
    give_consent = Factory(
        GiveConsent,
        begin=Ports.begin,
        clock=Ports.clock,
        documents=Ports.settings.provided.documents,
        digests=Ports.shelf.provided.digests,
    )
    link_way = Factory(LinkWay, begin=Ports.begin, clock=Ports.clock, secrets=Ports.secrets)
    link_by_ticket = Factory(LinkByTicket, begin=Ports.begin, mini_program=Ports.mini_program)
    unlink_way = Factory(UnlinkWay, begin=Ports.begin)
    block_member = Factory(BlockMember, begin=Ports.begin)
    forget_in_orders = Factory(ForgetInOrders, begin=Ports.begin, clock=Ports.clock)
    erase_traces = Factory(EraseTraces, begin=Ports.begin, clock=Ports.clock)
    erase_order_details = Factory(EraseOrderDetails, begin=Ports.begin, clock=Ports.clock)
    erase_unused_file = Factory(EraseUnusedFile, begin=Ports.begin, clock=Ports.clock)
    erase_unfinished_file = Factory(EraseUnfinishedFile, begin=Ports.begin, clock=Ports.clock)
    erase_content_case = Factory(EraseContentCase, begin=Ports.begin, clock=Ports.clock)
    forget_what_is_over = Factory(ForgetWhatIsOver, retained=Ports.retained, clock=Ports.clock)
    count_what_is_due = Factory(CountWhatIsDue, retained=Ports.retained, clock=Ports.clock)
    close_account = Factory(CloseAccount, begin=Ports.begin, clock=Ports.clock)
    export_member = Factory(ExportMember, begin=Ports.begin, clock=Ports.clock)
    upload_file = Factory(
        UploadFile,
        begin=Ports.begin,
        clock=Ports.clock,
        ids=Ports.ids,
        images=Ports.images,
        store=Ports.file_store,
        limits=Ports.rate_limits,
    )
    issue_upload_ticket = Factory(
        IssueUploadTicket,
        begin=Ports.begin,
        clock=Ports.clock,
        ids=Ports.ids,
        seal=Ports.ticket_seal,
        incoming=Ports.incoming,
    )
    keep_upload = Factory(KeepUpload, begin=Ports.begin, upload=upload_file)
    receive_upload = Factory(
        ReceiveUpload, begin=Ports.begin, clock=Ports.clock, seal=Ports.ticket_seal, keep=keep_upload
    )
    take_upload = Factory(
        TakeUpload, clock=Ports.clock, seal=Ports.ticket_seal, incoming=Ports.incoming, keep=keep_upload
    )
    take_export = Factory(
        TakeExport,
        begin=Ports.begin,
        clock=Ports.clock,
        limits=Ports.rate_limits,
        export=export_member,
        store=Ports.file_store,
    )
    show_avatar = Factory(
        ShowAvatar,
        begin=Ports.begin,
        clock=Ports.clock,
        secrets=Ports.secrets,
        store=Ports.file_store,
        public=Ports.public_images,
    )
    remove_avatar = Factory(RemoveAvatar, begin=Ports.begin, clock=Ports.clock)
    see_picture = Factory(SeePicture, public=Ports.public_images)
    fetch_file = Factory(FetchFile, begin=Ports.begin, clock=Ports.clock, store=Ports.file_store)
    issue_file_link = Factory(IssueFileLink, begin=Ports.begin, clock=Ports.clock, seal=Ports.link_seal)
    show_to_check = Factory(ShowToCheck, begin=Ports.begin, clock=Ports.clock, store=Ports.file_store)
    follow_file_link = Factory(
        FollowFileLink,
        begin=Ports.begin,
        clock=Ports.clock,
        seal=Ports.link_seal,
        fetch=fetch_file,
        fetch_for_check=show_to_check,
    )
    submit_image = Factory(
        SubmitImage,
        begin=Ports.begin,
        clock=Ports.clock,
        seal=Ports.link_seal,
        address=Ports.link_address,
        check=Ports.image_check,
    )
    miss_verdict = Factory(MissVerdict, begin=Ports.begin, clock=Ports.clock)
    apply_as_runner = Factory(
        ApplyAsRunner,
        begin=Ports.begin,
        clock=Ports.clock,
        documents=Ports.settings.provided.documents,
        digests=Ports.shelf.provided.digests,
    )
    review_runner = Factory(ReviewRunner, begin=Ports.begin, clock=Ports.clock)
    review_queue = Factory(ReviewQueue, begin=Ports.begin)
    look_at_application = Factory(LookAtApplication, begin=Ports.begin, clock=Ports.clock)
    earlier_decisions = Factory(EarlierDecisions, begin=Ports.begin)
    watch_runner = Factory(WatchRunner, begin=Ports.begin, clock=Ports.clock)
    view_standing = Factory(ViewStanding, begin=Ports.begin)
    switch_shift = Factory(SwitchShift, begin=Ports.begin)
    grant_role = Factory(GrantRole, begin=Ports.begin, clock=Ports.clock)
    bar_member = Factory(BarMember, begin=Ports.begin, clock=Ports.clock)
    read_audit = Factory(ReadAudit, begin=Ports.begin)
    verify_audit = Factory(VerifyAudit, chain=Ports.audit_chain)
    link_audit = Factory(LinkAudit, chain=Ports.audit_chain)
