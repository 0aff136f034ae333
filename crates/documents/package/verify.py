#!/usr/bin/env python3
"""Verifies an evidence package without Landfall: Python's standard library and openssl.

    tar -xf FG30.evidence.tar README/verify.py
    python3 README/verify.py FG30.evidence.tar [VKEY [AUTHORITIES.PEM]]
Exit code 0 where everything holds; 2 where there is no such file; 3 with the first thing that does not."""
import base64, functools, hashlib, json, math, pathlib, re, subprocess, sys, tempfile

FORMAT, BLOCK, PURPOSE, SEALED = "landfall-evidence/1", 512, b"landfall-signature", re.compile(rb'"sealed":"([0-9a-f]{64})"')
ED25519, P256 = bytes.fromhex("302a300506032b6570032100"), bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

class Flaw(Exception): """What does not hold."""
def need(holds, what):
    if not holds: raise Flaw(what)
def canonical(value):  # RFC 8785, for what documents hold: texts, whole numbers, lists and objects
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def sha256(data): return hashlib.sha256(data).hexdigest()
def header(path, size):
    block = bytearray(BLOCK)
    for at, text in ((0, path), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0"),
                     (124, f"{size:011o}\0"), (136, "00000000000\0"), (148, " " * 8), (156, "0"), (257, "ustar\x0000")): block[at:at + len(text)] = text.encode()
    return bytes(block[:148]) + f"{sum(block):06o}\0 ".encode() + bytes(block[156:])
def files(data):
    """The files of an archive that is written in exactly one way."""
    found, at = [], 0
    while True:
        block = data[at:at + BLOCK]
        need(len(block) == BLOCK, f"archive: it ends at byte {at}")
        if not any(block): return need(data[at:] == bytes(2 * BLOCK), f"archive: there is more after byte {at}") or found
        path, octal = block[:100].split(b"\0")[0].decode("latin-1"), block[124:135]
        size = int(octal, 8) if re.fullmatch(b"[0-7]{11}", octal) else -1
        need(size >= 0 and path.isascii() and header(path, size) == block, f"archive: the header at byte {at} is not as it is written")
        body, after = data[at + BLOCK:at + BLOCK + size], at + BLOCK + size + (-size) % BLOCK
        need(len(body) == size and not any(data[at + BLOCK + size:after]), f"archive: {path} is cut off")
        found, at = found + [(path, body)], after
def key_bytes(vkey):
    name, key_id, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    need(len(raw) == 33 and raw[0] == 1 and sha256(name.encode() + b"\n" + raw)[:8] == key_id, "key: it is no Ed25519 key of that name")
    return name, bytes.fromhex(key_id), raw[1:]
def openssl(*words, **contents):
    """Whether openssl says yes, with these contents as files of these names."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents.items(): pathlib.Path(folder, name).write_bytes(content)
        return subprocess.run(["openssl", *words], cwd=folder, capture_output=True).returncode == 0
def by_key(key, text, signature, *digest):
    """Whether the public key, in DER, gave `signature` over `text`."""
    words = ("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", *digest, "-in", "text", "-sigfile", "signature")
    return openssl(*words, key=key, text=text, signature=signature)
def signed(note, text, vkey, what):
    """Whether `note` is `text` with a signature of the key."""
    name, key_id, raw = key_bytes(vkey)
    need(note.startswith(text + b"\n") and note.endswith(b"\n"), f"{what}: it is not what was signed")
    for line in note[len(text) + 1:].decode().splitlines():
        mark, who, encoded = (line.split(" ") + ["", ""])[:3]
        data = base64.b64decode(encoded) if re.fullmatch(r"[A-Za-z0-9+/]+=*", encoded) else b""
        need((mark, line.count(" "), base64.b64encode(data).decode()) == ("\u2014", 2, encoded), f"{what}: a line is no signature")
        if who == name and data[:4] == key_id: return need(by_key(ED25519 + raw, text, data[4:]), f"{what}: the signature is wrong")
    raise Flaw(f"{what}: it is not signed with the key")
def rotated(note, seq, before, keys):
    """The keys after an entry with which the old key and the new one say that the record goes on under the new."""
    text, what = note.partition("\n\n")[0] + "\n", f"chain: entry {seq}: its key rotation"
    old, new = text.split("\n")[3:5]
    need(text == f"landfall-key/1\n{seq}\n{before}\n{old}\n{new}\n" and keys[-1:] in ([], [old]), what)
    for key in (old, new): signed(note.encode(), text.encode(), key, what)
    return (keys or [old]) + [new]
def texts(data):
    """The texts of SSH's wire format."""
    while data:
        yield (text := data[4:4 + int.from_bytes(data[:4], "big")])
        data = data[4 + len(text):]
def by_ssh(line, message, pem):
    """Whether an Ed25519 key gave an SSHSIG over `message`; other kinds are left to `ssh-keygen -Y`."""
    (kind, key), blob = line.split(), base64.b64decode("".join(pem.strip().split("\n")[1:-1]))
    public, purpose, reserved, digest, signature = texts(blob[10:])
    need(blob[:10] == b"SSHSIG\0\0\0\1" and public == base64.b64decode(key) and purpose == PURPOSE, "of another key or purpose")
    parts = (purpose, reserved, digest, hashlib.new(digest.decode(), message).digest())
    text = b"SSHSIG" + b"".join(len(it).to_bytes(4, "big") + it for it in parts)
    return kind != "ssh-ed25519" or by_key(ED25519 + list(texts(public))[1], text, list(texts(signature))[1])
def proof(entry, asked, deployment, keys):
    """What somebody showed in the act of signing: about exactly this entry, and by their own key."""
    actor, what = entry["actor"]["person"] if isinstance(entry["actor"], dict) else {"person": False}, f"proof: entry {entry['seq']}"
    again, person = actor.get("known", {}).get("again") or {}, actor["person"]
    declared = sha256(canonical({"v": 1, "deployment": deployment, "baseline": entry["baseline"], "person": person, "asked": asked, "meaning": again.get("meaning"), "event": entry["event"]}))
    need(not again or again["challenge"] == declared, f"{what}: it is about something else")
    by = by if isinstance(by := again.get("by"), dict) else {}
    it = by.get("ssh-key")
    need(not it or (person, it["key"]) in keys and by_ssh(it["key"], declared.encode(), it["signature"]), f"{what}: not by that key")
    if "passkey" in by:
        it, raw = by["passkey"], lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        client, data = raw(it["client_data"]), raw(it["authenticator_data"])
        need(raw(json.loads(client)["challenge"]).hex() == declared and data[32] & 4, f"{what}: the passkey signed something else")
        key = P256 + raw(it["public_key"].get("x", "")) + raw(it["public_key"].get("y", ""))
        holds = by_key(key, data + hashlib.sha256(client).digest(), raw(it["signature"]), "-digest", "sha256")
        need(it["public_key"].get("crv") != "P-256" or holds, f"{what}: not by that key")
    return declared if person else None
def batch(entry, before, declared, batches):
    """The sample of a batch is drawn from the record and looked at; each signature of it stands on its list."""
    event, who, what = entry["event"], entry["actor"]["person"]["person"], f"proof: entry {entry['seq']}: its batch"
    for kind, it in event.get("batch", {}).items():
        if kind == "begun":
            seed = sha256(bytes.fromhex(before + it["digest"]))
            drawn = sorted(it["listed"], key=lambda one: sha256(f"{seed}\n{one['slot']}".encode()))[:math.isqrt(len(it["listed"]) - 1) + 1]
            batches[it["batch"], who] = (unseen := {one["slot"]: one["document"] for one in drawn}), set()
            need((it["digest"], it["seed"], it["sample"]) == (sha256(canonical(it["listed"])), seed, [*unseen]), f"{what} has another sample")
        unseen, named = batches[it["batch"], who]
        if kind == "looked-at" and unseen.get(it["slot"]) == it["document"]: del unseen[it["slot"]]
        if kind == "signed": need(not unseen, f"{what} was not looked at") or named.update(it["declarations"])
    if of := event.get("sign-off", {}).get("batch"): need(declared in batches[of["batch"], who][1], f"{what} does not name it")
def root_of(leaves):
    """The root of the Merkle tree of RFC 6962."""
    if len(leaves) < 2: return hashlib.sha256(b"".join(b"\0" + it for it in leaves)).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()
def checkpoint(origin, bodies, note):  # of the chain too, where the note says something of it
    text, on = f"{origin}\n{len(bodies)}\n{base64.b64encode(root_of(bodies)).decode()}\n".encode(), lambda head, body: hashlib.sha256(head + body).digest()
    return text if note.startswith(text + b"\n") else text + f"landfall-chain {functools.reduce(on, bodies, bytes(32)).hex()}\n".encode()
def stamp(what, note, token, origin, bodies, authorities):
    """A timestamp (RFC 3161) over a checkpoint that the record begins with; by whom, openssl says where authorities are named."""
    need(note.startswith(checkpoint(origin, bodies[:int(note.split(b"\n")[1])], note) + b"\n"), f"{what}: its checkpoint is of another record")
    words = ("ts", "-verify", "-data", "note", "-in", "token", "-token_in", "-CAfile", "authorities")
    need(hashlib.sha256(note).digest() in token, f"{what}: it is about something else")
    need(not authorities or openssl(*words, note=note, token=token, authorities=authorities), f"{what}: not by an authority that is trusted")
def chain(data, vkey):
    """Verifies the exported record; returns its signatures by entry, how many steps have ended, its contents with the commitments in each."""
    lines = data.split(b"\n")
    need(lines.pop() == b"", "chain: the last line is cut off")
    need((first := json.loads(lines[0])) == {"format": "landfall-record/1", "origin": first["origin"], "vkey": (own := first["vkey"])}, "chain: its first line")
    head, bodies, acts, ended, contents, keys, asked, entries, ring = bytes(32), [], {}, 0, {}, set(), {}, [], []
    for number, line in enumerate(lines[1:-1], 1):
        if line.startswith(b'{"content":'):
            content = base64.b64decode((read := json.loads(line))["base64"], validate=True)
            need((sha256(content), json.dumps(read, separators=(",", ":")).encode()) == (read["content"], line), f"chain: content on line {number + 1}")
            plan = json.loads(content) if content.startswith(b'{"') and b'"ssh_keys"' in content else {}
            keys |= {(it["id"], key) for it in plan.get("people", []) for key in it.get("ssh_keys", [])}
            contents[read["content"]] = SEALED.findall(content)
            continue
        start = f'{{"seq":{(seq := len(bodies) + 1)},"hash":"'.encode()
        body = line[len(start) + 64 + len(b'","body":'):-1]
        before, head = head, hashlib.sha256(head + body).digest()
        need(line == start + head.hex().encode() + b'","body":' + body + b"}", f"chain: entry {seq}")
        need((entry := json.loads(body))["seq"] == seq, f"chain: entry {seq}")
        bodies.append(body)
        event = entry["event"] if isinstance(entry["event"], dict) else {}
        if change := (event.get("history") or {}).get("key-rotated"): ring = rotated(change["note"], seq, before.hex(), ring)
        act, ended = event.get("sign-off"), ended + ("order-ended" in event) + len(event.get("orders-ended", {}).get("ended", []))
        entries.append((entry, asked.get(act["slot"]) if act else None, act, head.hex()))
        if it := event.get("paper", {}).get("attested"): acts[seq] = (it["slot"], "on paper", it["document"], head.hex(), None)
        if act and act["transition"] == "requested": asked[act["slot"]] = seq
    need(vkey in (ring or [own]) and own == (ring or [own])[-1], "key: the record is not signed with it")
    before, batches = "00" * 32, {}
    for entry, opened, act, at in entries:
        declared = proof(entry, opened, first["origin"].partition("/")[2], keys) if act or '"again"' in json.dumps(entry["actor"]) else None
        if "batch" in entry["event"] or act and act.get("batch"): batch(entry, before, declared, batches)
        before = at
        if act: acts[entry["seq"]] = (act["slot"], act["transition"], act["document"], at, declared)
    last = json.loads(lines[-1])
    signed(note := last["checkpoint"].encode(), checkpoint(first["origin"], bodies, note), own, "chain: checkpoint")
    whole = (len(bodies), len(contents), sha256(data[:len(data) - len(lines[-1]) - 1]))
    need((last["entries"], last["contents"], last["sha256"]) == whole and json.dumps(last, separators=(",", ":"), ensure_ascii=False).encode() == lines[-1], "chain: its end")
    return (first["origin"], bodies), acts, ended, contents

def verify(data, vkey, authorities=b""):
    (first, manifest), (second, note), *rest = files(data)
    need((first, second) == ("manifest.json", "manifest.note"), "manifest: it does not come first")
    need((exported := dict(rest).get("chain.ndjson")) is not None, "file chain.ndjson: it is missing")
    need(isinstance(own := json.loads(exported.split(b"\n", 1)[0]).get("vkey"), str), "file chain.ndjson: its first line has no key")
    signed(note, f"{FORMAT}\n{sha256(manifest)}\n".encode(), own, "key: manifest")
    need(canonical(listed := json.loads(manifest)) == manifest and listed["format"] == FORMAT, "manifest: it is not canonical")
    need([path for path, _ in rest] == [it["path"] for it in listed["files"]], "manifest: it names other files")
    for (path, content), it in zip(rest, listed["files"]):
        need((len(content), sha256(content)) == (it["size"], it["sha256"]), f"file {path}: it has other bytes")
    record, acts, ended, contents = chain(exported, vkey or own)
    need(record[0] == "landfall/" + listed["deployment"], "manifest: it is of another deployment")
    for path, content in rest:
        if path.startswith("documents/") and path.endswith(".json"):
            read = json.loads(content)
            need(sha256(canonical(read["body"])) == read["digest"], f"document {path}: its body has another digest")
            for slot in (it for it in read["slots"] if it["stands"].startswith("is-signed")):
                act = acts.get(slot["entry"], ("",) * 5)
                need((act[0], act[1][:6], act[2]) == (f"{read['document']}:{slot['role']}", "signed" if slot["stands"] == "is-signed" else "on pap", read["digest"]), f"document {path}: entry {slot['entry']} is no signature on it")
        elif path.startswith("signatures/"):
            read = json.loads(content)
            act = acts.get(read["chain"]["seq"], ("",) * 5)
            need((act[0], *act[2:]) == (read["slot"], read["document"]["sha256"], read["chain"]["hash"], read["declaration_sha256"]), f"signature {path}: it says something else than the record")
        elif path.startswith("timestamps/") and path.endswith(".checkpoint"):
            stamp(f"timestamp {path}", content, dict(rest).get(path[:-len("checkpoint")] + "tst", b""), *record, authorities)
        elif path.startswith("config/plans/"):
            need(path == f"config/plans/{sha256(content)}.json" and sha256(content) in contents, f"plan {path}: the record has no such plan")
    need((runs := max(dict(rest).get("population/runs.csv", b"\n").count(b"\n") - 1, 0)) == ended, f"population: {runs} rows for {ended} steps")
    sealed, opened = set(SEALED.findall(exported)).union(*contents.values()), {sha256(it).encode() for it in re.findall(rb"[^\n]+", dict(rest).get("private.ndjson", b""))}
    need(opened <= sealed, "private: a line opens nothing in the record")
    print(f"{listed['deployment']} holds: {len(rest)} files, {len(opened)} private values open, {len(sealed - opened)} closed, signed with {own}" + ("" if vkey else ", which the file names itself: compare it with the key that you keep"))

try:
    name, vkey, authorities, *_ = sys.argv[1:] + [""] * 3
    verify(open(name, "rb").read(), vkey, authorities and open(authorities, "rb").read())
except (Flaw, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as flaw:
    unread = isinstance(flaw, OSError) and f"{flaw.filename or 'no file'}: {flaw.strerror}; usage: verify.py FILE [VKEY [AUTHORITIES.PEM]]"; sys.exit(print(unread or f"it does not hold: {flaw}", file=sys.stderr) or (2 if unread else 3))
