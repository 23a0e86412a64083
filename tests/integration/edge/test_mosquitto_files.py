"""The broker files that are shipped: the same rights as those that the demo runs with, and mosquitto obeys them."""

from __future__ import annotations

import getpass
import queue
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.contracts import topics
from edge.demo import brokers
from edge.runtime.mqtt import Backoff, Broker, MqttSession
from edge.runtime.resources import config_dir
from tests.fixtures import processes
from tests.fixtures.waiting import wait_until

SHIPPED = config_dir() / "mosquitto"
REFUSED = 0x87  # not authorised
Identity = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]
Publish = Callable[[Broker, str, str], int]


def rights(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_rights_of_the_office_are_those_of_the_demo() -> None:
    demo = brokers.office_rights(
        counters=["hall"],
        displays=["hall", "door"],
        bridges={"hall": ("ticket-1", "scanner-1", "sign-door")},
    )

    assert rights((SHIPPED / "office.acl.example").read_text("utf-8")) == rights(demo)


def test_the_rights_of_the_centre_are_those_of_the_demo() -> None:
    assert rights((SHIPPED / "centre.acl.example").read_text("utf-8")) == rights(brokers.centre_rights())


@pytest.fixture
def publish() -> Iterator[Publish]:
    """Publish one message in a session of its own and return the broker's reason code."""
    with ExitStack() as stack:

        def send(broker: Broker, client: str, topic: str) -> int:
            codes: queue.Queue[int] = queue.Queue(10)
            session = MqttSession(broker, client, backoff=Backoff(0.05, 0.2))
            stack.callback(session.stop)
            session.start()
            assert session.wait_connected(5)
            assert session.publish(topic, b"{}", qos=1, on_ack=codes.put_nowait)
            return codes.get(timeout=5)

        yield send


def serve(folder: Path, name: str, ports: dict[str, int], users: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Start mosquitto with the shipped files of *name*, moved into *folder* and to free *ports*."""
    config = (SHIPPED / f"{name}.conf").read_text("utf-8").replace("/etc/mosquitto/", f"{folder}/")
    for shipped, free in ports.items():
        config = config.replace(f"listener {shipped}", f"listener {free}")
    (folder / f"o360-{name}.acl").write_text((SHIPPED / f"{name}.acl.example").read_text("utf-8"), "utf-8")
    passwords = folder / f"o360-{name}.passwords"
    passwords.write_text("".join(f"{user}:secret-{user}\n" for user in users), "utf-8")
    for file in (passwords, folder / f"o360-{name}.acl"):
        file.chmod(0o600)
    for user in users:
        (folder / f"{user}.password").write_text(f"secret-{user}", "utf-8")
    subprocess.run([processes.require("mosquitto_passwd", "mosquitto"), "-U", passwords], check=True, timeout=10)
    (folder / "mosquitto.conf").write_text(f"user {getpass.getuser()}\n{config}", "utf-8")
    command = [processes.require("mosquitto", "mosquitto"), "-c", str(folder / "mosquitto.conf")]
    with (folder / "log").open("ab") as output:
        running = processes.spawn(command, output=output)
    wait_until(lambda: running.poll() is not None or all(map(processes.listens, ports.values())), 10)
    assert running.poll() is None, (folder / "log").read_text()
    return running


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        processes.end(process)


@pytest.mark.slow
def test_on_the_bus_everybody_speaks_for_itself_only(
    tmp_path: Path, publish: Publish, started: list[subprocess.Popen[bytes]]
) -> None:
    port = processes.unused_port()
    started.append(serve(tmp_path, "office", {"1883": port}, ("edge", "counter-hall")))
    counter = Broker(port=port, username="counter-hall", password_file=str(tmp_path / "counter-hall.password"))

    own = publish(counter, "a", topics.counts("hall"))
    others = publish(counter, "b", topics.counts("door"))
    stranger = MqttSession(Broker(port=port), "c", backoff=Backoff(0.05, 0.2))
    stranger.start()

    assert own < 0x80
    assert others == REFUSED
    assert not stranger.wait_connected(1)
    stranger.stop()


def certificate(folder: Path, name: str, signer: Identity | None) -> Identity:
    """Write NAME.pem and NAME.key, signed by *signer* or by itself as an authority; return both."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((signer[1] if signer else key).public_key()),
            critical=False,
        )  # Python 3.13 asks for it
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=signer is None,
                crl_sign=signer is None,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(signer[1] if signer else key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.key").write_bytes(key.private_bytes(*form))
    return made, key


@pytest.mark.slow
def test_an_office_shows_its_certificate_and_writes_under_its_own_name(
    tmp_path: Path, publish: Publish, started: list[subprocess.Popen[bytes]]
) -> None:
    certs = tmp_path / "certs"
    certs.mkdir()
    authority = certificate(certs, "o360-ca", None)
    certificate(certs, "centre", authority)
    certificate(certs, "carretas4", authority)
    ports = {"1883": processes.unused_port(), "8883": processes.unused_port()}
    started.append(serve(tmp_path, "centre", ports, ("centre",)))
    centre = Broker(port=ports["1883"], username="centre", password_file=str(tmp_path / "centre.password"))
    office = Broker(
        host="localhost",
        port=ports["8883"],
        ca_file=str(certs / "o360-ca.pem"),
        cert_file=str(certs / "carretas4.pem"),
        key_file=str(certs / "carretas4.key"),
    )
    nobody = MqttSession(
        Broker(host="localhost", port=ports["8883"], ca_file=office.ca_file), "d", backoff=Backoff(0.05, 0.2)
    )
    nobody.start()

    assert publish(centre, "a", topics.down_command("carretas4")) < 0x80
    assert publish(office, "b", topics.up_live("carretas4")) < 0x80
    assert publish(office, "c", topics.up_live("asturias30")) == REFUSED
    assert not nobody.wait_connected(1)
    nobody.stop()
