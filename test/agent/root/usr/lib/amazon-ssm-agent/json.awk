# Prints a JSON text as lines PATH<TAB>VALUE, one for each scalar; members and indexes in PATH are joined by dots.
# A line break in a value is printed as \n. Exit status 1 where the text is no JSON.
{ text = text $0 "\n" }

END {
  end = length(text)
  at = 1
  value("")
  blank()
  if (at <= end) fail()
}

function fail() { failed = 1; exit 1 }

function peek() { return substr(text, at, 1) }

function blank() { while (at <= end && index(" \t\r\n", peek())) at++ }

function value(path,   word) {
  blank()
  if (peek() == "{") return members(path)
  if (peek() == "[") return elements(path)
  if (peek() == "\"") return found(path, string())
  word = substr(text, at, 400)
  if (!match(word, /^(true|false|null|-?[0-9.]+([eE][-+]?[0-9]+)?)/)) fail()
  at += RLENGTH
  found(path, substr(word, 1, RLENGTH))
}

function found(path, content) { printf "%s\t%s\n", path, content }

function members(path,   name) {
  at++
  for (;;) {
    blank()
    if (peek() == "}") { at++; return }
    if (peek() == ",") { at++; continue }
    if (peek() != "\"") fail()
    name = string()
    blank()
    if (peek() != ":") fail()
    at++
    value(path == "" ? name : path "." name)
  }
}

function elements(path,   number) {
  at++
  number = 0
  for (;;) {
    blank()
    if (peek() == "]") { at++; return }
    if (peek() == ",") { at++; continue }
    if (at > end) fail()
    value(path "." number++)
  }
}

function string(   out, char, code, digit) {
  out = ""
  for (at++; at <= end; at++) {
    char = peek()
    if (char == "\"") { at++; return out }
    if (char != "\\") { out = out char; continue }
    at++
    char = peek()
    if (char == "u") {
      code = 0
      for (digit = 1; digit <= 4; digit++) code = code * 16 + index("0123456789abcdef", tolower(substr(text, at + digit, 1))) - 1
      at += 4
      # Beyond ASCII nothing is needed: names, keys and numbers.
      out = out (code > 31 && code < 127 ? sprintf("%c", code) : "?")
    }
    else if (char == "n") out = out "\\n"
    else if (char == "t") out = out "\t"
    else if (char ~ /[bfr]/) out = out " "
    else out = out char
  }
  fail()
}
