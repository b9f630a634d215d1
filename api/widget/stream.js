// Server-sent events out of bytes, however the bytes are cut. Pure: knows no network and no page.
//
// An event is given out once its blank line has arrived, never before; what is left when the bytes end is dropped.

/** A reader of one stream: give it bytes, get the events that are complete, as {name, data, id}. */
export function eventReader() {
  const decoder = new TextDecoder();
  let rest = "";
  let afterReturn = false;
  let name = "";
  let data = [];
  let id = "";

  function endOfEvent() {
    const event = data.length ? { name: name || "message", data: data.join("\n"), id } : null;
    name = "";
    data = [];
    return event;
  }

  function take(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment; the server sends some to keep the connection open
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) id = value;
  }

  return function read(bytes) {
    let text = decoder.decode(bytes, { stream: true });
    if (!text) return [];
    // A return at the end of the last piece and a line feed at the start of this one are one line end.
    if (afterReturn && text.startsWith("\n")) text = text.slice(1);
    afterReturn = text.endsWith("\r");
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop();
    const events = [];
    for (const line of lines) {
      if (line) take(line);
      else {
        const event = endOfEvent();
        if (event) events.push(event);
      }
    }
    return events;
  };
}
