#include "engine/expressions/text_value.h"

#include <cmath>
#include <limits>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

void append_text_of(std::string& out, const json::Value& value) {
  switch (value.type()) {
    case json::Type::kUndefined:
      out += "undefined";
      return;
    case json::Type::kNull:
      out += "null";
      return;
    case json::Type::kBoolean:
      out += value.boolean() ? "true" : "false";
      return;
    case json::Type::kNumber:
      out += json::number_text(value.number());
      return;
    case json::Type::kString:
      out += value.string();
      return;
    case json::Type::kObject:
      out += "[object Object]";
      return;
    case json::Type::kArray:
      break;
  }
  bool first = true;
  for (const json::Value& element : value.elements()) {
    if (!std::exchange(first, false)) out += ',';
    if (!element.is_nothing()) append_text_of(out, element);
  }
}

// What Number() leaves out at both ends: JavaScript's white space, as far as it is one byte, and
// the no-break space and byte order mark that copied text brings along.
std::string_view without_space(std::string_view text) {
  constexpr std::string_view kWide[] = {"\xc2\xa0", "\xef\xbb\xbf"};
  while (true) {
    const std::size_t before = text.size();
    while (!text.empty() && std::string_view(" \t\r\n\v\f").contains(text.front())) {
      text.remove_prefix(1);
    }
    while (!text.empty() && std::string_view(" \t\r\n\v\f").contains(text.back())) {
      text.remove_suffix(1);
    }
    for (std::string_view space : kWide) {
      if (text.starts_with(space)) text.remove_prefix(space.size());
      if (text.ends_with(space)) text.remove_suffix(space.size());
    }
    if (text.size() == before) return text;
  }
}

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

double radix_number(std::string_view digits, int radix) {
  std::uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, number, radix);
  return result.ec == std::errc() && result.ptr == end ? static_cast<double>(number) : kNotANumber;
}

double number_of_text(std::string_view text) {
  text = without_space(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text[0] == '0') {
    if (text[1] == 'x' || text[1] == 'X') return radix_number(text.substr(2), 16);
    if (text[1] == 'o' || text[1] == 'O') return radix_number(text.substr(2), 8);
    if (text[1] == 'b' || text[1] == 'B') return radix_number(text.substr(2), 2);
  }
  const bool minus = text[0] == '-';
  if (text[0] == '+' || minus) text.remove_prefix(1);
  if (text == "Infinity") return minus ? -INFINITY : INFINITY;
  // from_chars also takes a sign, "inf" and "nan", which are no numbers here.
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return kNotANumber;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) return kNotANumber;
  if (result.ec == std::errc::result_out_of_range)
    number = std::strtod(std::string(text).c_str(), nullptr);
  return minus ? -number : number;
}

}  // namespace

std::string javascript_text(const json::Value& value) {
  std::string out;
  append_text_of(out, value);
  return out;
}

void append_joined(std::string& out, const json::Value& value) {
  if (value.is_nothing()) return;
  if (value.is_number() && std::isnan(value.number())) return;
  append_text_of(out, value);
}

bool is_truthy(const json::Value& value) {
  switch (value.type()) {
    case json::Type::kUndefined:
    case json::Type::kNull:
      return false;
    case json::Type::kBoolean:
      return value.boolean();
    case json::Type::kNumber:
      return value.number() != 0 && !std::isnan(value.number());
    case json::Type::kString:
      return !value.string().empty();
    default:
      return true;
  }
}

double javascript_number(const json::Value& value) {
  switch (value.type()) {
    case json::Type::kUndefined:
    case json::Type::kObject:
      return kNotANumber;
    case json::Type::kNull:
      return 0;
    case json::Type::kBoolean:
      return value.boolean() ? 1 : 0;
    case json::Type::kNumber:
      return value.number();
    case json::Type::kString:
      return number_of_text(value.string());
    case json::Type::kArray:
      return number_of_text(javascript_text(value));
  }
  return kNotANumber;
}

std::string_view type_name(const json::Value& value) {
  switch (value.type()) {
    case json::Type::kUndefined:
      return "undefined";
    case json::Type::kNull:
      return "null";
    case json::Type::kBoolean:
      return "boolean";
    case json::Type::kNumber:
      return "number";
    case json::Type::kString:
      return "string";
    case json::Type::kArray:
      return "array";
    case json::Type::kObject:
      return "object";
  }
  return "undefined";
}

std::string shown_text(std::string_view text) {
  // Enough to recognise it, little enough for one line of a log.
  constexpr std::size_t kMostBytes = 120;
  std::string out;
  for (char c : text.substr(0, kMostBytes)) {
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  if (text.size() <= kMostBytes) return out;
  // Not in the middle of a character.
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
  return out + "...";
}

std::string shown(const json::Value& value) {
  return shown_text(value.is_array() || value.is_object() ? json::to_text(value)
                                                          : javascript_text(value));
}

namespace {

// Bytes of the UTF-8 character that begins with c; broken bytes count as one.
std::size_t character_bytes(char c) {
  const unsigned char byte = static_cast<unsigned char>(c);
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

// A surrogate as WTF-8, which is how json::Value holds a lone one.
std::string surrogate(std::uint32_t unit) {
  return {static_cast<char>(0xe0 | (unit >> 12)), static_cast<char>(0x80 | ((unit >> 6) & 0x3f)),
          static_cast<char>(0x80 | (unit & 0x3f))};
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size(); at += character_bytes(text[at])) {
    units += character_bytes(text[at]) == 4 ? 2 : 1;
  }
  return units;
}

std::optional<std::string> utf16_unit(std::string_view text, std::size_t index) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, character_bytes(text[at]));
    if (character.size() < 4) {
      if (index == 0) return std::string(character);
      --index;
    } else {
      if (index < 2) {
        std::uint32_t code = static_cast<unsigned char>(character[0]) & 0x07;
        for (char c : character.substr(1))
          code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
        code -= 0x10000;
        return surrogate(index == 0 ? 0xd800 + (code >> 10) : 0xdc00 + (code & 0x3ff));
      }
      index -= 2;
    }
    at += character.size();
  }
  return std::nullopt;
}

namespace {

// Simple lower case of a two-byte character (U+0080 to U+07FF).
std::uint32_t lower_code(std::uint32_t c) {
  const bool latin1 = c >= 0xc0 && c <= 0xde && c != 0xd7;
  if (latin1 || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  const bool even_is_upper = (c >= 0x100 && c <= 0x137 && c != 0x130) ||
                             (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x4bf);
  if (even_is_upper) return c | 1;
  const bool odd_is_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
  if (odd_is_upper && c % 2 == 1) return c + 1;
  return c == 0x178 ? 0xff : c;
}

}  // namespace

std::string lower_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = std::min(character_bytes(text[at]), text.size() - at);
    if (bytes == 1) out += lower(text[at]);
    if (bytes > 2) out += text.substr(at, bytes);
    if (bytes == 2) {
      const std::uint32_t code = lower_code((static_cast<unsigned char>(text[at]) & 0x1fu) << 6 |
                                            (static_cast<unsigned char>(text[at + 1]) & 0x3fu));
      out += static_cast<char>(0xc0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
    at += bytes;
  }
  return out;
}

}  // namespace vaettir::engine
