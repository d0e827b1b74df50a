"""Who sits at the desk: Airflow's logged-in user as a person with a role, and proof that a form is our own.

Roles come from the auth manager: `role` of SimpleAuthManager's users, the names of `roles` of FAB's, each looked up in
the setting `review_roles`. For managers that tell no roles the setting `review_people` names persons. Whoever has
none of these gets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from airflow.api_fastapi.core_api.security import get_user
from airflow.configuration import conf
from fastapi import Depends, Request

from sohoa.messages import say
from sohoa.review import Action, NotAllowed, Role, may, require
from sohoa.settings import Settings
from sohoa_airflow.web.pages import CurrentVisit

_BY_RANK = (Role.VIEWER, Role.ARCHIVIST, Role.REVIEWER)


@dataclass(frozen=True)
class Person:
    """Who asks; `name` is what events keep."""

    name: str
    role: Role

    def may(self, action: str) -> bool:
        """Whether the person may do this."""
        return may(self.role, Action(action))

    def require(self, action: Action, language: str) -> None:
        """Stop those who may not.

        Raises:
            NotAllowed: the role may not do this.
        """
        require(self.role, action, language)


def role_of(user: Any, settings: Settings) -> Role:
    """The highest role that Airflow's user has at the desk.

    Raises:
        NotAllowed: the user has none.
    """
    names = [getattr(user, "role", None), *(getattr(role, "name", None) for role in getattr(user, "roles", None) or ())]
    given = {settings.review_roles.get(str(name).casefold()) for name in names if name}
    given.add(settings.review_people.get(user.get_name()))
    roles = [role for role in _BY_RANK if role in given]
    if not roles:
        raise NotAllowed(say("desk.no_role", settings.language, name=user.get_name()))
    return roles[-1]


def person(visit: CurrentVisit, user: Annotated[Any, Depends(get_user)]) -> Person:
    """The person behind a request."""
    return Person(user.get_name(), role_of(user, visit.settings))


CurrentPerson = Annotated[Person, Depends(person)]


def require_same_origin(request: Request, visit: CurrentVisit) -> None:
    """Stop forms that other sites send with a person's cookie.

    By `Sec-Fetch-Site` where the browser tells it (HTTPS and localhost), else by `Origin`, which browsers send with
    every POST: it must be the host that the request went to, or Airflow's `api.base_url` behind a proxy. The cookie's
    SameSite=lax is a second fence, not the only one.

    Raises:
        NotAllowed: the request came from elsewhere, or does not tell from where.
    """
    site, origin = request.headers.get("sec-fetch-site"), urlsplit(request.headers.get("origin", "")).netloc
    ours = {request.headers.get("host"), urlsplit(conf.get("api", "base_url", fallback="")).netloc}
    if site not in (None, "same-origin") or not origin or origin not in ours:
        raise NotAllowed(say("desk.foreign_form", visit.settings.language))
