// parse_env_file of system.h: the lines of a .env file, read as docker compose reads them.
#include <fmt/format.h>

#include "base/core/system.h"
#include "base/core/text.h"

namespace vaettir {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}
bool is_variable_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

// A reader over the whole text: a quoted value may go over several lines (PEM keys do).
class EnvFile {
 public:
  EnvFile(std::string_view text, std::string_view file_name, const Environment& outer)
      : text_(text), file_name_(file_name), outer_(outer) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
  }

  Result<Environment> parse() {
    while (!at_end()) {
      skip_blanks();
      if (!at_end() && text_[at_] != '\n' && text_[at_] != '#') TRY_OK(assignment());
      skip_line();
    }
    return std::move(values_);
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\n' : text_[at_]; }

  void skip_blanks() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  void skip_line() {
    while (!at_end() && text_[at_] != '\n') ++at_;
    if (!at_end()) {
      ++at_;
      ++line_;
    }
  }

  // Values are secrets more often than not: errors name the line and never what stands there.
  std::unexpected<Error> broken(std::string_view what) const {
    return fail(Cause::kInternal, fmt::format("{}:{}: {}", file_name_, line_, what));
  }

  Result<> assignment() {
    std::string_view name = take_name();
    if (name == "export" && (peek() == ' ' || peek() == '\t')) {
      skip_blanks();
      name = take_name();
    }
    if (name.empty()) return broken("a line must be NAME=value, a comment or empty");
    skip_blanks();
    if (peek() == '\n' || peek() == '#') return {};  // NAME alone: whatever the environment has
    if (peek() != '=' && peek() != ':') {
      return broken(fmt::format("'=' expected after the name '{}'", name));
    }
    ++at_;
    skip_blanks();
    if (peek() == '"' || peek() == '\'') {
      TRY(values_[std::string(name)], quoted(peek()));
      return end_of_quoted();
    }
    TRY(values_[std::string(name)], expand(unquoted(), false));
    return {};
  }

  std::string_view take_name() {
    std::size_t start = at_;
    if (!at_end() && is_name_start(text_[at_])) {
      while (!at_end() && is_name_part(text_[at_])) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view unquoted() {
    std::size_t start = at_;
    bool after_space = true;
    while (peek() != '\n' && !(peek() == '#' && after_space)) {
      after_space = peek() == ' ' || peek() == '\t';
      ++at_;
    }
    std::string_view value = text_.substr(start, at_ - start);
    while (value.ends_with(' ') || value.ends_with('\t') || value.ends_with('\r')) {
      value.remove_suffix(1);
    }
    return value;
  }

  Result<std::string> quoted(char quote) {
    const std::size_t first_line = line_;
    const std::size_t start = ++at_;
    std::size_t lines = 0;
    while (!at_end() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      if (text_[at_] == '\n') ++lines;
      ++at_;
    }
    if (at_end()) return broken("the quote that opens here is not closed");
    std::string_view raw = text_.substr(start, at_ - start);
    ++at_;
    line_ = first_line + lines;
    return quote == '"' ? expand(raw, true) : Result<std::string>(literal(raw));
  }

  Result<> end_of_quoted() {
    skip_blanks();
    if (peek() == '\n' || peek() == '#') return {};
    return broken("nothing but a comment may follow the closing quote");
  }

  // Between single quotes only the quote itself can be escaped.
  static std::string literal(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n') continue;
      if (raw[i] == '\\' && i + 1 < raw.size() && raw[i + 1] == '\'') ++i;
      out += raw[i];
    }
    return out;
  }

  static char unescaped(char c) {
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'f':
        return '\f';
      case 'b':
        return '\b';
      case 'a':
        return '\a';
      case 'v':
        return '\v';
      default:
        return c;
    }
  }

  // Replaces $NAME, ${NAME} and its forms with a default, and, in double quotes, escapes.
  Result<std::string> expand(std::string_view raw, bool escapes) {
    std::string out;
    while (!raw.empty()) {
      char c = raw[0];
      raw.remove_prefix(1);
      if (escapes && c == '\\' && !raw.empty()) {
        constexpr std::string_view kKnown = "nrtfbav\\\"'$";
        if (kKnown.find(raw[0]) == std::string_view::npos) out += c;
        out += unescaped(raw[0]);
        raw.remove_prefix(1);
      } else if (c == '\r' && raw.starts_with('\n')) {
        continue;
      } else if (c == '$' && !raw.empty()) {
        TRY_OK(variable(raw, out));
      } else {
        out += c;
      }
    }
    return out;
  }

  // `rest` stands behind the dollar sign; what is no variable stays as it is written.
  Result<> variable(std::string_view& rest, std::string& out) {
    if (rest[0] == '$') {
      out += '$';
      rest.remove_prefix(1);
      return {};
    }
    if (rest[0] != '{') {
      std::string_view name = take_variable(rest);
      name.empty() ? out += '$' : out += value_of(name).value_or("");
      return {};
    }
    std::size_t close = closing_brace(rest);
    if (close == std::string_view::npos) return broken("'${' without '}'");
    std::string_view inside = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    std::string_view name = take_variable(inside);
    if (name.empty()) return broken("a name expected after '${'");
    return apply(name, inside, out);
  }

  static std::string_view take_variable(std::string_view& text) {
    std::size_t length = 0;
    if (!text.empty() && is_name_start(text[0])) {
      while (length < text.size() && is_variable_part(text[length])) ++length;
    }
    std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    return name;
  }

  static std::size_t closing_brace(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '{') ++depth;
      if (text[i] == '}' && --depth == 0) return i;
    }
    return std::string_view::npos;
  }

  // `form` is what stands behind the name: "", ":-default", "-default", ":?text", "?text",
  // ":+other", "+other".
  Result<> apply(std::string_view name, std::string_view form, std::string& out) {
    // A default may hold variables again. Ten levels are more than anyone writes; a hostile file
    // must not end the stack.
    constexpr int kMaxNesting = 10;
    std::optional<std::string> value = value_of(name);
    if (form.starts_with(':')) {
      form.remove_prefix(1);
      if (form.empty()) return broken(fmt::format("'${{{}:' needs '-', '?' or '+'", name));
      if (value && value->empty()) value.reset();
    }
    const char kind = form.empty() ? '\0' : form[0];
    if (kind == '\0') {
      out += value.value_or("");
      return {};
    }
    form.remove_prefix(1);
    if (kind == '?' && !value) return broken(fmt::format("'{}' must be set", name));
    if (kind != '-' && kind != '?' && kind != '+') {
      return broken(fmt::format("'}}' expected after '${{{}'", name));
    }
    const bool other = kind == '+' ? value.has_value() : !value;
    if (!other) {
      if (kind != '+') out += value.value_or("");
      return {};
    }
    if (++nesting_ > kMaxNesting) return broken("'${...}' nested too deeply");
    TRY(std::string text, expand(form, false));
    --nesting_;
    out += text;
    return {};
  }

  // The environment around the file comes first, then the lines above.
  std::optional<std::string> value_of(std::string_view name) const {
    for (const Environment* each : {&outer_, &values_}) {
      if (auto found = each->find(name); found != each->end()) return found->second;
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::string_view file_name_;
  const Environment& outer_;
  Environment values_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  int nesting_ = 0;
};

}  // namespace

Result<Environment> parse_env_file(std::string_view text, std::string_view file_name,
                                   const Environment& outer) {
  return EnvFile(text, file_name, outer).parse();
}

}  // namespace vaettir
