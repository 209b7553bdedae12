#include "routes/go_string.h"

#include <algorithm>
#include <cstdint>

namespace vaettir::routes {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

void append_utf8(std::string& out, std::uint32_t code) {
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Reads the escape at text[at] == '\\', appends what it means and returns its size; 0 if it is not
// valid.
std::size_t read_escape(std::string_view text, std::size_t at, std::string& out) {
  if (at + 1 >= text.size()) return 0;
  char kind = text[at + 1];
  constexpr std::string_view kNames = "abfnrtv\\\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
  if (std::size_t found = kNames.find(kind); found != std::string_view::npos) {
    out += kMeanings[found];
    return 2;
  }
  std::size_t begin = at + 2, count = 0;
  int base = 16;
  if (kind == 'x') count = 2;
  if (kind == 'u') count = 4;
  if (kind == 'U') count = 8;
  if (kind >= '0' && kind <= '7') {
    begin = at + 1;
    count = 3;
    base = 8;
  }
  if (count == 0 || begin + count > text.size()) return 0;
  std::uint32_t code = 0;
  for (char c : text.substr(begin, count)) {
    if (digit(c) >= base) return 0;
    code = code * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit(c));
  }
  bool is_byte = kind != 'u' && kind != 'U';
  if (is_byte ? code > 0xFF : code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0;
  if (is_byte) {
    out += static_cast<char>(code);
  } else {
    append_utf8(out, code);
  }
  return begin - at + count;
}

}  // namespace

GoString read_go_string(std::string_view text) {
  GoString out;
  char quote = text[0];
  std::size_t at = 1;
  while (at < text.size() && text[at] != quote) {
    char c = text[at];
    if (quote == '`') {
      if (c != '\r') out.value += c;  // Go drops carriage returns from raw strings
      at++;
    } else if (c == '\n') {
      return {.problem = "a text in double quotes ends on its line", .problem_at = at};
    } else if (c != '\\') {
      out.value += c;
      at++;
    } else if (std::size_t size = read_escape(text, at, out.value); size > 0) {
      at += size;
    } else {
      return {.problem = "unknown escape sequence; a text in backquotes needs none",
              .problem_at = at};
    }
  }
  if (at >= text.size()) return {.problem = "this text is never closed", .problem_at = 0};
  out.size = at + 1;
  return out;
}

}  // namespace vaettir::routes
