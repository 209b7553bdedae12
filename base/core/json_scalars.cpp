// Numbers and characters of JSON text.
#include <charconv>
#include <cmath>

#include "base/core/json_parts.h"

namespace vaettir::json {
namespace {

// Puts `count` copies of a character.
char* fill(char* out, char c, int count) {
  std::memset(out, c, static_cast<std::size_t>(count));
  return out + count;
}
char* copy(char* out, const char* from, int count) {
  std::memcpy(out, from, static_cast<std::size_t>(count));
  return out + count;
}

// ECMA-262 section 6.1.6.1.20: `digits` are the shortest that read back as the number, the decimal
// point belongs behind the first `point` of them.
char* lay_out(char* out, const char* digits, int count, int point) {
  if (count <= point && point <= 21) return fill(copy(out, digits, count), '0', point - count);
  if (0 < point && point <= 21) {
    out = copy(out, digits, point);
    *out++ = '.';
    return copy(out, digits + point, count - point);
  }
  if (-6 < point && point <= 0) {
    out = copy(out, "0.", 2);
    return copy(fill(out, '0', -point), digits, count);
  }
  *out++ = digits[0];
  if (count > 1) {
    *out++ = '.';
    out = copy(out, digits + 1, count - 1);
  }
  *out++ = 'e';
  if (point > 0) *out++ = '+';
  return std::to_chars(out, out + 5, point - 1).ptr;
}

}  // namespace

std::size_t detail::write_number(char* out, double number) {
  char* const start = out;
  constexpr double kExact = 9007199254740992.0;  // 2^53: every integer below is written as it is
  if (number > -kExact && number < kExact &&
      number == static_cast<double>(static_cast<std::int64_t>(number))) {
    auto integer = static_cast<std::int64_t>(number);  // -0 becomes 0, as JavaScript writes it
    return static_cast<std::size_t>(std::to_chars(out, out + kMaxNumberText, integer).ptr - start);
  }
  if (number < 0) *out++ = '-';
  char text[kMaxNumberText];
  auto end =
      std::to_chars(text, text + sizeof text, std::fabs(number), std::chars_format::scientific);
  char digits[kMaxNumberText];
  int count = 0;
  char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits[count++] = *at;
  }
  int exponent = 0;
  at += at[1] == '+' ? 2 : 1;
  std::from_chars(at, end.ptr, exponent);
  return static_cast<std::size_t>(lay_out(out, digits, count, exponent + 1) - start);
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char text[detail::kMaxNumberText];
  return {text, detail::write_number(text, number)};
}

std::int32_t detail::take_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t start = at++;
  const unsigned char lead = byte(start);
  if (lead < 0x80) return lead;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - start < length) return -1;
  std::int32_t code = lead & (0x7f >> length);
  for (std::size_t i = start + 1; i < start + length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return -1;
    code = code << 6 | (byte(i) & 0x3f);
  }
  // Longer than needed, or beyond the last character.
  if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff)))
    return -1;
  at = start + length;
  return code;
}

void detail::append_code_point(std::string& out, std::uint32_t code) {
  auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace vaettir::json
