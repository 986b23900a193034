"""The embedded server: killed, started twice, half made, foreign. Each ends well or in a sentence with a way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from config.addresses import psycopg_params
from config.embedded import AlreadyServed, EmbeddedError, find_server, require_running, serve, superuser_address
from config.embedded import place as places
from config.embedded.account import Account
from config.embedded.postmaster import running_postmaster
from config.settings.paths import BASE_DIR

KEEP = (
    "import sys, time; from pathlib import Path; from config.embedded import serve\n"
    "with serve(Path(sys.argv[1]), throw_away=True):\n"
    "    print('up', flush=True); time.sleep(60)"
)


def keeper(folder: Path) -> subprocess.Popen[str]:
    """Another process that keeps a server on the folder."""
    return subprocess.Popen([sys.executable, "-c", KEEP, str(folder)], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)


def ask(place: places.Place, statement: str) -> list[tuple]:
    with psycopg.connect(**psycopg_params(superuser_address(place)), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_what_was_written_is_there_after_a_stop_and_a_start(data_folder: Path):
    with serve(data_folder) as place:
        ask(place, "CREATE TABLE kept AS SELECT 7 AS number")
    assert find_server(data_folder) is None
    with serve(data_folder) as place:
        assert ask(place, "SELECT number FROM kept") == [(7,)]
        assert find_server(data_folder) == place


def test_the_server_listens_on_no_network_and_its_socket_is_for_its_account_alone(data_folder: Path):
    with serve(data_folder, throw_away=True) as place:
        assert ask(place, "SHOW listen_addresses") == [("",)]
        assert place.sockets.stat().st_mode & 0o777 == 0o700
        assert ask(place, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'postgres'") == [
            ("UTF8",)
        ]


def test_a_server_that_was_killed_starts_again_with_its_data(data_folder: Path):
    with serve(data_folder) as place:
        ask(place, "CREATE TABLE kept AS SELECT 7 AS number")
        require_running(place)
        os.kill(running_postmaster(place.data).pid, signal.SIGKILL)
        time.sleep(0.2)
        with pytest.raises(EmbeddedError, match="PostgreSQL stopped by itself.*make run"):
            require_running(place)
    with serve(data_folder) as place:
        assert ask(place, "SELECT number FROM kept") == [(7,)]


def test_of_two_that_start_at_once_one_keeps_the_server_and_the_other_says_who(data_folder: Path):
    first = keeper(data_folder)
    try:
        assert first.stdout.readline() == "up\n"
        with pytest.raises(AlreadyServed, match=f"process {first.pid} keeps"), serve(data_folder):
            pass
        assert find_server(data_folder) is not None
    finally:
        end(first, signal.SIGTERM)


def test_a_server_whose_keeper_was_killed_is_taken_over_and_stopped(data_folder: Path):
    first = keeper(data_folder)
    assert first.stdout.readline() == "up\n"
    end(first, signal.SIGKILL)
    left_behind = running_postmaster(data_folder)
    assert left_behind is not None
    with serve(data_folder):
        assert running_postmaster(data_folder).pid == left_behind.pid
    assert running_postmaster(data_folder) is None


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.wait(20)
    process.stdout.close()


def test_a_folder_left_half_made_by_an_interrupted_start_is_made_anew(data_folder: Path):
    half = data_folder.with_name(f"{data_folder.name}.new-4711")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with serve(data_folder, throw_away=True) as place:
        assert ask(place, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_a_number_of_a_dead_server_that_now_belongs_to_another_process_is_not_believed(data_folder: Path):
    with serve(data_folder, throw_away=True):
        pass
    (data_folder / "postmaster.pid").write_text(f"{os.getpid()}\n{data_folder}\n1\n5432\n/tmp\n\n\n")
    assert running_postmaster(data_folder) is None
    assert find_server(data_folder) is None


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"notes.txt": "mine"}, "is not a whole PostgreSQL data folder"),
        ({"PG_VERSION": "18\n"}, "is not a whole PostgreSQL data folder"),
        ({"PG_VERSION": "15\n", "global/pg_control": ""}, "was made by PostgreSQL 15"),
    ],
)
def test_a_folder_that_is_not_ours_is_left_alone_and_the_way_out_is_said(
    data_folder: Path, files: dict[str, str], words: str
):
    for name, text in files.items():
        (data_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (data_folder / name).write_text(text)
    with pytest.raises(EmbeddedError, match=words) as refusal, serve(data_folder):
        pass
    assert "QUELL_DATA_DIR" in str(refusal.value)
    assert {str(path.relative_to(data_folder)) for path in data_folder.rglob("*") if path.is_file()} == set(files)


def test_a_folder_that_the_account_cannot_enter_is_replaced_by_one_it_can(tmp_path: Path, monkeypatch):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    nobody = Account("nobody", 65534, 65534, switch=True)
    monkeypatch.setattr(places, "choose_account", lambda data: nobody)
    place = places.find_place(locked / "postgres")
    assert place.moved
    assert place.data.parent == places.FALLBACK
    assert place.data != places.find_place(locked / "other").data


@pytest.mark.parametrize("length", [20, 120])
def test_the_socket_has_a_short_enough_path_whatever_the_temporary_folder(tmp_path: Path, monkeypatch, length: int):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: "/tmp/" + "x" * length)
    place = places.find_place(tmp_path / "postgres")
    assert len(os.fsencode(place.sockets)) <= places.LONGEST_SOCKET_FOLDER
