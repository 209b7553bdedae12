#include "base/schema/scalar.h"

#include <algorithm>

namespace vaettir::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all(std::string_view text, auto&& is) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

bool is_integer(std::string_view text) {
  if (text.starts_with("0o")) {
    return all(text.substr(2), [](char c) { return c >= '0' && c <= '7'; });
  }
  if (text.starts_with("0x")) {
    return all(text.substr(2), [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
  }
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return all(text, is_digit);
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    std::string_view digits = text.substr(exponent + 1);
    if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
    if (!all(digits, is_digit)) return false;
    text = text.substr(0, exponent);
  }
  std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty()) return all(fraction, is_digit);
  return all(whole, is_digit) && (fraction.empty() || all(fraction, is_digit));
}

bool is_special_number(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

}  // namespace

Node::Kind core_kind(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return Node::Kind::kNull;
  }
  for (std::string_view each : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
    if (text == each) return Node::Kind::kBoolean;
  }
  if (is_integer(text)) return Node::Kind::kInteger;
  if (is_decimal(text) || is_special_number(text)) return Node::Kind::kNumber;
  return Node::Kind::kString;
}

SourceLines::SourceLines(const Report& report, SourceId source) {
  std::string_view rest = report.source_text(source);
  while (true) {
    std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines_.push_back(line);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

std::string_view SourceLines::line(std::uint32_t number) const {
  return number >= 1 && number <= lines_.size() ? lines_[number - 1] : std::string_view();
}

void SourceLines::measure(Node& scalar) const {
  std::string_view rest = line(scalar.at.line);
  rest = rest.substr(std::min<std::size_t>(rest.size(), scalar.at.column - 1));
  if (rest.starts_with(scalar.text) && !scalar.text.empty()) {
    scalar.text_column = scalar.at.column;
    scalar.at.width = static_cast<std::uint32_t>(scalar.text.size());
    return;
  }
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    char quote = rest[0];
    std::string_view inside = rest.substr(1);
    if (inside.starts_with(scalar.text) && inside.size() > scalar.text.size() &&
        inside[scalar.text.size()] == quote) {
      scalar.text_column = scalar.at.column + 1;
      scalar.at.width = static_cast<std::uint32_t>(scalar.text.size() + 2);
      return;
    }
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != quote)
      end += quote == '"' && rest[end] == '\\' ? 2 : 1;
    if (end < rest.size()) rest = rest.substr(0, end + 1);
  } else if (rest.starts_with('|') || rest.starts_with('>')) {
    rest = rest.substr(0, 1);
  }
  std::size_t last = rest.find_last_not_of(" \t");
  scalar.at.width = last == std::string_view::npos ? 1 : static_cast<std::uint32_t>(last + 1);
}

}  // namespace vaettir::schema
