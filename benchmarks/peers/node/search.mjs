// Searches in the bytes of a text; each returns the numbers of matching lines.

const NOTHING = [];

export function searchLiteral(literal) {
  const bytes = Buffer.from(literal);
  const newline = '\n'.charCodeAt(0);
  return (data) => {
    let at = data.indexOf(bytes);
    if (at < 0) return NOTHING;
    const numbers = [];
    const line = new Line(data, newline);
    while (at >= 0 && at < data.length) {
      line.moveTo(at);
      numbers.push(line.number);
      at = data.indexOf(bytes, line.end + 1);
    }
    return numbers;
  };
}

/**
 * Takes each byte for a character, which spares decoding, and looks through the
 * text as a whole. What matches there need not match in its line alone, as it
 * may run over the line's end.
 */
export function searchPattern(pattern) {
  const source = Buffer.from(pattern).latin1Slice();
  const inText = new RegExp(source, 'gm');
  const inLine = new RegExp(source);
  return (data) => {
    const text = data.latin1Slice();
    inText.lastIndex = 0;
    let match = inText.exec(text);
    if (!match) return NOTHING;
    const numbers = [];
    const line = new Line(text, '\n');
    while (match) {
      line.moveTo(match.index);
      if (line.start === text.length) break; // no line follows the last end
      if (inLine.test(text.slice(line.start, line.end))) {
        numbers.push(line.number);
      }
      inText.lastIndex = line.end + 1;
      match = inText.exec(text);
    }
    return numbers;
  };
}

/** A line that moves down a text. */
class Line {
  constructor(text, newline) {
    this.text = text;
    this.newline = newline;
    this.number = 1;
    this.start = 0;
    this.end = this.findEnd();
  }

  /** Moves on to the line that holds an index. */
  moveTo(index) {
    while (this.end < index) {
      this.number += 1;
      this.start = this.end + 1;
      this.end = this.findEnd();
    }
  }

  findEnd() {
    const end = this.text.indexOf(this.newline, this.start);
    return end < 0 ? this.text.length : end;
  }
}
