#!/usr/bin/env python3
"""Verifies an evidence package without Landfall: Python's standard library and openssl.

    tar -xf FG30.evidence.tar README/verify.py
    python3 README/verify.py FG30.evidence.tar [VKEY]

Exit code 0 where everything holds; 3 with the first thing that does not.
"""
import base64, hashlib, json, os, subprocess, sys, tempfile

FORMAT, BLOCK = "landfall-evidence/1", 512


class Flaw(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Flaw(what)


def canonical(value):
    """RFC 8785, for what documents hold: texts, whole numbers, lists and objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def header(path, size):
    block = bytearray(BLOCK)
    for at, text in ((0, path), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0"),
                     (124, f"{size:011o}\0"), (136, "00000000000\0"), (148, " " * 8), (156, "0"),
                     (257, "ustar\x0000")):
        block[at:at + len(text)] = text.encode()
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


def files(data):
    """The files of an archive that is written in exactly one way."""
    found, at = [], 0
    while True:
        block = data[at:at + BLOCK]
        need(len(block) == BLOCK, f"archive: it ends at byte {at}")
        if not any(block):
            need(data[at:] == bytes(2 * BLOCK), f"archive: there is more after byte {at}")
            return found
        try:
            path = block[:100].split(b"\0")[0].decode("ascii")
            size = int(block[124:135].decode("ascii"), 8)
        except ValueError:
            raise Flaw(f"archive: the header at byte {at} is not as it is written")
        need(header(path, size) == block, f"archive: the header at byte {at} is not as it is written")
        body = data[at + BLOCK:at + BLOCK + size]
        after = at + BLOCK + size + (-size) % BLOCK
        need(len(body) == size and not any(data[at + BLOCK + size:after]), f"archive: {path} is cut off")
        found.append((path, body))
        at = after


def key_bytes(vkey):
    name, key_id, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    need(raw[:1] == b"\x01" and len(raw) == 33, "key: it is no Ed25519 key")
    need(sha256(name.encode() + b"\n" + raw)[:8] == key_id, "key: its name does not belong to it")
    return name, bytes.fromhex(key_id), raw[1:]


def signed(note, text, vkey, what):
    """Whether `note` is `text` with a signature of the key."""
    name, key_id, raw = key_bytes(vkey)
    need(note.startswith(text + b"\n") and note.endswith(b"\n"), f"{what}: it is not what was signed")
    for line in note[len(text) + 1:].decode().splitlines():
        need(line.startswith("\u2014 "), f"{what}: a line is no signature")
        who, _, encoded = line[2:].partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise Flaw(f"{what}: a line is no signature")
        if who == name and data[:4] == key_id:
            need(base64.b64encode(data).decode() == encoded, f"{what}: a line is no signature")
            with tempfile.TemporaryDirectory() as folder:
                at = lambda it: os.path.join(folder, it)
                prefix = bytes.fromhex("302a300506032b6570032100")
                for file, content in (("k", prefix + raw), ("t", text), ("s", data[4:])):
                    with open(at(file), "wb") as out:
                        out.write(content)
                done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                                       at("k"), "-rawin", "-in", at("t"), "-sigfile", at("s")], capture_output=True)
            need(done.returncode == 0, f"{what}: the signature is wrong")
            return
    raise Flaw(f"{what}: it is not signed with the key")


def root_of(leaves):
    """The root of the Merkle tree of RFC 6962."""
    peaks = []
    for count, leaf in enumerate(leaves):
        node = hashlib.sha256(b"\0" + leaf).digest()
        while count & 1:
            node = hashlib.sha256(b"\1" + peaks.pop() + node).digest()
            count >>= 1
        peaks.append(node)
    node = peaks.pop() if peaks else hashlib.sha256().digest()
    while peaks:
        node = hashlib.sha256(b"\1" + peaks.pop() + node).digest()
    return node


def chain(data, vkey):
    """Verifies the exported record; returns its signatures by entry and how many steps have ended."""
    lines = data.split(b"\n")
    need(lines.pop() == b"", "chain: the last line is cut off")
    first = json.loads(lines[0])
    need(canonical(first) == canonical({"format": "landfall-record/1", "origin": first["origin"], "vkey": vkey}),
         "chain: its first line is another key's")
    head, bodies, acts, ended, contents = bytes(32), [], {}, 0, 0
    for number, line in enumerate(lines[1:-1], 1):
        if line.startswith(b'{"content":'):
            read = json.loads(line)
            need(sha256(base64.b64decode(read["base64"], validate=True)) == read["content"], f"chain: content on line {number + 1}")
            need(json.dumps(read, separators=(",", ":")).encode() == line, f"chain: content on line {number + 1}")
            contents += 1
            continue
        seq = len(bodies) + 1
        start = f'{{"seq":{seq},"hash":"'.encode()
        need(line.startswith(start) and line.endswith(b"}"), f"chain: entry {seq}")
        body = line[len(start) + 64 + len(b'","body":'):-1]
        head = hashlib.sha256(head + body).digest()
        need(line == start + head.hex().encode() + b'","body":' + body + b"}", f"chain: entry {seq}")
        entry = json.loads(body)
        need(entry["seq"] == seq, f"chain: entry {seq}")
        bodies.append(body)
        act = entry["event"].get("sign-off") if isinstance(entry["event"], dict) else None
        if act:
            acts[seq] = (act["slot"], act["transition"], act["document"], head.hex())
        ended += isinstance(entry["event"], dict) and "order-ended" in entry["event"]
    last = json.loads(lines[-1])
    text = f"{first['origin']}\n{len(bodies)}\n{base64.b64encode(root_of(bodies)).decode()}\n".encode()
    signed(last["checkpoint"].encode(), text, vkey, "chain: checkpoint")
    before = data[:len(data) - len(lines[-1]) - 1]
    need((last["entries"], last["contents"], last["sha256"]) == (len(bodies), contents, sha256(before)), "chain: its end")
    need(json.dumps(last, separators=(",", ":"), ensure_ascii=False).encode() == lines[-1], "chain: its end")
    return first["origin"], acts, ended


def verify(data, vkey):
    found = files(data)
    need([path for path, _ in found[:2]] == ["manifest.json", "manifest.note"], "manifest: it does not come first")
    (_, manifest), (_, note), *rest = found
    exported = dict(rest).get("chain.ndjson")
    need(exported is not None, "file chain.ndjson: it is missing")
    vkey = vkey or json.loads(exported.split(b"\n", 1)[0])["vkey"]
    signed(note, f"{FORMAT}\n{sha256(manifest)}\n".encode(), vkey, "key: manifest")
    listed = json.loads(manifest)
    need(canonical(listed) == manifest and listed["format"] == FORMAT, "manifest: it is not canonical")
    need([path for path, _ in rest] == [it["path"] for it in listed["files"]], "manifest: it names other files")
    for (path, content), it in zip(rest, listed["files"]):
        need((len(content), sha256(content)) == (it["size"], it["sha256"]), f"file {path}: it has other bytes")
    origin, acts, ended = chain(exported, vkey)
    need(origin == "landfall/" + listed["deployment"], "manifest: it is of another deployment")
    for path, content in rest:
        if path.startswith("documents/") and path.endswith(".json"):
            read = json.loads(content)
            need(sha256(canonical(read["body"])) == read["digest"], f"document {path}: its body has another digest")
            for slot in read["slots"]:
                if slot["stands"] == "is-signed":
                    act = acts.get(slot["entry"], ("", "", "", ""))
                    need(act[0] == f"{read['document']}:{slot['role']}" and act[1].startswith("signed")
                         and act[2] == read["digest"], f"document {path}: entry {slot['entry']} is no signature on it")
        elif path.startswith("signatures/"):
            read = json.loads(content)
            act = acts.get(read["chain"]["seq"], ("", "", "", ""))
            need((act[0], act[2], act[3]) == (read["slot"], read["document"]["sha256"], read["chain"]["hash"]),
                 f"signature {path}: it says something else than the record")
    runs = max(dict(rest).get("population/runs.csv", b"\n").count(b"\n") - 1, 0)
    need(runs == ended, f"population: {runs} rows for {ended} steps")
    print(f"{listed['deployment']} holds: {len(rest)} files, signed with {vkey}")


try:
    with open(sys.argv[1], "rb") as file:
        verify(file.read(), sys.argv[2] if len(sys.argv) > 2 else None)
except (Flaw, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as flaw:
    print(f"it does not hold: {flaw}", file=sys.stderr)
    sys.exit(3)
