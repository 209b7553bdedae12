#include "engine/nodes/lenient_json.h"

namespace vaettir::engine {
namespace {

// Nobody writes deeper by hand, and the reader calls itself.
constexpr int kMostLevels = 200;

class LenientParser {
 public:
  explicit LenientParser(std::string_view text) : text_(text) {}

  Result<json::Value> parse() {
    TRY(json::Value value, value_at_level(0));
    skip_blanks();
    if (at_ != text_.size()) return wrong("something follows the end of the value");
    return value;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size()) {
      if (std::string_view(" \t\r\n").contains(text_[at_])) {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == text_.npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  std::unexpected<Error> wrong(std::string_view what) const {
    std::size_t line = 1;
    std::size_t column = 1;
    for (char c : text_.substr(0, at_)) {
      ++column;
      if (c == '\n') {
        ++line;
        column = 1;
      }
    }
    return fail(Cause::kBadRequest, fmt::format("line {} column {}: {}", line, column, what));
  }

  Result<json::Value> value_at_level(int level) {
    if (level > kMostLevels) return wrong("nested too deeply");
    skip_blanks();
    switch (peek()) {
      case '{':
        return object(level);
      case '[':
        return array(level);
      case '"':
      case '\'': {
        TRY(const std::string text, string());
        return json::Value(text);
      }
      default:
        return word();
    }
  }

  Result<json::Value> object(int level) {
    take('{');
    json::ObjectBuilder out;
    while (true) {
      skip_blanks();
      if (take('}')) return out.finish();
      if (take(',')) continue;
      std::string key;
      if (peek() == '"' || peek() == '\'') {
        TRY(key, string());
      } else {
        while (at_ < text_.size() && !std::string_view(" \t\r\n:{}[],\"'").contains(peek())) {
          key += text_[at_++];
        }
      }
      skip_blanks();
      if (!take(':')) return wrong("expected ':' after a name");
      TRY(json::Value value, value_at_level(level + 1));
      out.set(key, std::move(value));
      skip_blanks();
      if (peek() != ',' && peek() != '}') return wrong("expected ',' or '}'");
    }
  }

  Result<json::Value> array(int level) {
    take('[');
    std::vector<json::Value> elements;
    while (true) {
      skip_blanks();
      if (take(']')) return json::Value::array(std::move(elements));
      if (take(',')) continue;
      TRY(json::Value value, value_at_level(level + 1));
      elements.push_back(std::move(value));
      skip_blanks();
      if (peek() != ',' && peek() != ']') return wrong("expected ',' or ']'");
    }
  }

  // Made into a strict JSON string, which the real parser then reads: escapes mean the same.
  Result<std::string> string() {
    const char quote = text_[at_++];
    std::string strict = "\"";
    while (true) {
      if (at_ == text_.size()) return wrong("a text that is not closed");
      const char c = text_[at_++];
      if (c == quote) break;
      if (c == '\\' && at_ < text_.size()) {
        const char escaped = text_[at_++];
        if (std::string_view("\"\\/bfnrtu").contains(escaped)) strict += '\\';
        strict += escaped;
      } else if (c == '"') {
        strict += "\\\"";
      } else if (static_cast<unsigned char>(c) < 0x20) {
        strict += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        strict += c;
      }
    }
    const Result<json::Value> value = json::parse(strict + '"');
    if (!value) return wrong("a text with a broken escape");
    return std::string(value->string());
  }

  Result<json::Value> word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !std::string_view(" \t\r\n:{}[],\"'").contains(peek())) ++at_;
    const std::string_view text = text_.substr(begin, at_ - begin);
    if (text == "undefined" || text == "NaN") return json::Value(nullptr);
    if (text == "True" || text == "False") return json::Value(text == "True");
    if (text == "None") return json::Value(nullptr);
    Result<json::Value> value = json::parse(text);
    if (!text.empty() && value) return value;
    at_ = begin;
    return wrong(text.empty() ? "expected a value" : fmt::format("'{}' is no value", text));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<json::Value> parse_lenient_json(std::string_view text) {
  Result<json::Value> strict = json::parse(text);
  if (strict) return strict;
  Result<json::Value> lenient = LenientParser(text).parse();
  // The strict parser's words are the better ones where both refuse.
  return lenient ? std::move(lenient) : std::move(strict);
}

}  // namespace vaettir::engine
