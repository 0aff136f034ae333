// @ts-check
/** Adds to the output of an order what it prints, as it prints it. */

const stream = document.getElementById("stream");
const said = document.getElementById("stream-said");
const source = stream?.dataset.output;

if (stream && source) {
  const mark = source.includes("?") ? "&" : "?";
  const events = new EventSource(`${source}${mark}from=${stream.dataset.bytes ?? 0}`);
  events.addEventListener("output", (event) => {
    const isAtEnd = stream.scrollTop + stream.clientHeight >= stream.scrollHeight - 4;
    stream.append(JSON.parse(event.data));
    if (isAtEnd) stream.scrollTop = stream.scrollHeight;
  });
  events.addEventListener("end", () => {
    events.close();
    if (said) said.textContent = "It has ended.";
  });
  addEventListener("pagehide", () => events.close());
}
