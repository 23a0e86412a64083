"""The office under its public name: behind the proxy, and with its own certificate."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.office import PASSWORD, FakeOffice, RunningClock, always_open, office_at, serving

OWN = {"origin": "https://office.example"}
WISH = {"service": "certificado"}


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    made = office_at(tmp_path / "spool", RunningClock(), secure=True, hours=always_open())
    made.open_desk("1", "jordi")
    return made


@pytest.fixture
def proxy(office: FakeOffice) -> Iterator[httpx.Client]:
    """The proxy on the same machine: it asks by its own address and says for whom."""
    with (
        serving(office, proxies=("127.0.0.1",)) as address,
        httpx.Client(base_url=address, headers={"x-forwarded-proto": "https"}) as client,
    ):
        yield client


def browser(address: str = "203.0.113.5", **headers: str) -> dict[str, str]:
    return {"x-forwarded-for": address, **headers}


def test_every_cookie_is_secure_and_bound_to_the_public_name(proxy: httpx.Client) -> None:
    first = proxy.get("/?lang=ca", headers=browser())
    phone = next(c for c in first.headers.get_list("set-cookie") if "turn=" in c).split(";")[0]
    turn = proxy.post("/turns", data=WISH, headers=browser(cookie=phone, **OWN))
    login = proxy.post("/login", data={"login": "rosa", "password": PASSWORD}, headers=browser(**OWN))
    cookies = [c for answer in (first, turn, login) for c in answer.headers.get_list("set-cookie")]

    assert (turn.status_code, login.status_code) == (303, 303)
    assert len(cookies) == 5
    assert all(c.startswith("__Host-") and "; Secure" in c and "HttpOnly" in c for c in cookies)
    assert "strict-transport-security" in first.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "http://office.example", "null", "https://"])
def test_only_the_public_name_over_https_is_the_own_site(proxy: httpx.Client, origin: str) -> None:
    refused = proxy.post("/api/v1/turns", json=WISH, headers=browser(origin=origin))
    own = proxy.post("/api/v1/turns", json=WISH, headers=browser(**OWN))

    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
    assert own.status_code == 201


def test_limits_count_the_browser_and_not_the_proxy(proxy: httpx.Client) -> None:
    many = [proxy.post("/api/v1/turns", json=WISH, headers=browser()).status_code for _ in range(13)]
    other = proxy.post("/api/v1/turns", json=WISH, headers=browser("203.0.113.6"))

    assert many == [201] * 12 + [429]
    assert other.status_code == 201


def test_nobody_but_the_proxy_may_say_for_whom_it_asks(office: FakeOffice) -> None:
    with serving(office) as address, httpx.Client(base_url=address) as stranger:
        answers = [
            stranger.post("/api/v1/turns", json=WISH, headers=browser(f"203.0.113.{n}")).status_code for n in range(13)
        ]
        details = stranger.get("/health", headers=browser("127.0.0.1")).json()

    assert answers == [201] * 12 + [429]
    assert details == {"status": "ok"}


def test_the_own_certificate_is_shown(office: FakeOffice, tmp_path: Path) -> None:
    certificate, key = tmp_path / "office.pem", tmp_path / "office.key"
    make_certificate(certificate, key)
    trust = ssl.create_default_context(cafile=str(certificate))

    with serving(office, certificate=certificate, key=key) as address, httpx.Client(verify=trust) as client:
        answer = client.get(f"{address}/health")

    assert address.startswith("https://")
    assert answer.json()["status"] == "ok"


def make_certificate(certificate: Path, key: Path) -> None:
    private, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office.example")])
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(addresses, critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
