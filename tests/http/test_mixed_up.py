"""Things of one's own in the place of others: a photo of another order, a link for a ticket, somebody else's quote."""

from typing import Final

from tests.http.visitors import PNG, Visitor, problem_of, terms_on_the_wire

CARD: Final = {"purpose": "student_card", "sizeBytes": len(PNG), "mediaType": "image/png"}


async def test_a_photo_proves_nothing_but_in_its_own_order_and_for_who_sent_it(
    requester: Visitor, runner: Visitor
) -> None:
    here, there = await requester.opens(), await requester.opens()
    for order_id in (here, there):
        await runner.does(f"/orders/{order_id}/accept")
    photo = await runner.uploads(f"/orders/{here}/proofs")
    of_the_other_side = await requester.uploads(f"/orders/{here}/proofs")
    card = await runner.uploads("/files")
    for order_id, wrong in ((there, photo), (here, of_the_other_side), (here, card)):
        assert (await runner.refused(f"/orders/{order_id}/arrive", {"photos": [wrong]}))["field"] == "photos"
    await runner.does(f"/orders/{here}/arrive", {"photos": [photo]})
    refused = await runner.refused(f"/orders/{here}/pick-up", {"photos": [photo], "receipt": card})
    assert refused["code"] == "field.invalid"
    evidence = {"reason": "other", "text": "?", "evidence": [photo]}
    assert (await requester.refused(f"/orders/{here}/dispute", evidence))["code"] == "field.invalid"


async def test_no_seal_opens_what_another_closes_and_none_is_anybodys(
    requester: Visitor, runner: Visitor, stranger: Visitor
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    photo = await runner.uploads(f"/orders/{order_id}/proofs")
    terms = terms_on_the_wire(runner.stage)
    campus_id = str(runner.stage.campus.id)
    quote = (await runner.does("/quotes", {"campusId": campus_id, "terms": terms, "tipFen": 0}))["sealedQuote"]
    ticket = (await runner.does("/files/tickets", CARD))["token"]
    link = (await runner.does(f"/files/{photo}/links"))["url"].rpartition("/")[2]
    for token in (quote, link, runner.token):
        assert (await runner.refused("/files/received", {"token": token}))["code"] == "not_found"
        sent = await runner.http.post("/uploads", files={"file": ("a.png", PNG, "image/png")}, data={"ticket": token})
        assert problem_of(sent)["code"] == "not_found"
    for token in (quote, ticket, runner.token):
        assert problem_of(await runner.get(f"/file-links/{token}"))["code"] == "not_found"
    order = {"terms": terms, "provider": "memory"}
    for token in (link, ticket, runner.token):
        assert (await runner.refused("/orders", {**order, "sealedQuote": token}))["code"] == "quote.forged"
    for token in (quote, link, ticket):
        answer = await stranger.get("/me", headers={"Authorization": f"Bearer {token}"})
        assert problem_of(answer)["code"] == "sign_in.required"
    assert (await stranger.refused("/orders", {**order, "sealedQuote": quote}))["code"] == "quote.mismatch"
    assert (await stranger.refused("/files/received", {"token": ticket}))["code"] == "not_found"


async def test_a_tag_tells_nobody_more_than_the_answer_would(
    requester: Visitor, runner: Visitor, stranger: Visitor
) -> None:
    order_id = await requester.opens()
    await runner.does(f"/orders/{order_id}/accept")
    tag = (await requester.get(f"/orders/{order_id}")).headers["etag"]
    for named in (tag, "*"):
        answer = await stranger.get(f"/orders/{order_id}", headers={"If-None-Match": named})
        assert problem_of(answer)["code"] == "not_found"
    assert (await runner.get(f"/orders/{order_id}")).headers["etag"] != tag
