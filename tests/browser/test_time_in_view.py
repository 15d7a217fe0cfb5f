"""How long a question was in view goes along with its answer."""

import pytest

from accounts.models import User
from quizzes.models import Response
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser


def test_the_time_each_question_was_in_view_is_kept_with_its_answer(windows: Windows, tess: User) -> None:
    school.enrol_and_study(tess)
    attempt = school.begin(tess)
    first, second, *_rest = school.items_of(attempt)
    page = windows.open(tess)
    page.clock.install()
    papers.open_paper(page, attempt)

    for item, seconds in ((first, 40), (second, 7)):
        papers.go_to(page, item.position)
        page.clock.run_for(seconds * 1000)
        papers.give(page, item)
        with page.expect_response("**/responses/"):
            page.clock.run_for(1000)

    took = dict(Response.objects.filter(item__in=(first, second)).values_list("item", "active_seconds"))
    assert 40 <= took[first.pk] < 60
    assert 7 <= took[second.pk] < 25
