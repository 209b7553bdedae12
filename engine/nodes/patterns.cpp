#include "engine/nodes/patterns.h"

#include <re2/re2.h>

#include "engine/expressions/text_value.h"

namespace vaettir::engine {
namespace {

// A pattern this large is data that was mistaken for one.
constexpr std::size_t kMostBytes = 64 * 1024;

struct Literal {
  std::string_view body;
  std::string_view flags;
};

// "/body/flags", where what follows the last slash are flags; anything else is the body itself.
Literal literal_of(std::string_view pattern) {
  const std::size_t last = pattern.rfind('/');
  if (pattern.size() < 2 || pattern[0] != '/' || last == 0) return {pattern, {}};
  const std::string_view flags = pattern.substr(last + 1);
  for (char c : flags) {
    if (!std::string_view("dgimsuvy").contains(c)) return {pattern, {}};
  }
  return {pattern.substr(1, last - 1), flags};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The differences in notation between the two: \uXXXX, \cX, [^], needless escapes, group names.
std::string translated(std::string_view body) {
  std::string out;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const std::string_view rest = body.substr(at);
    if (rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' && rest[3] != '!') {
      out += "(?P<";
      at += 2;
    } else if (rest.starts_with("[^]")) {
      out += "[\\x00-\\x{10ffff}]";
      at += 2;
    } else if (rest.starts_with("\\u{")) {
      out += "\\x{";
      at += 2;
    } else if (rest.starts_with("\\u") && rest.size() >= 6) {
      out += fmt::format("\\x{{{}}}", rest.substr(2, 4));
      at += 5;
    } else if (rest.starts_with("\\$") || rest.size() < 2 || rest[0] != '\\') {
      out += rest[0];
      if (rest.starts_with("\\$")) out += body[++at];
    } else {
      const char c = rest[1];
      // Letters that are escapes in neither notation stand for themselves in JavaScript.
      constexpr std::string_view kKnown = "dDwWsSbBnrtfvxpPkc";
      if (!(is_letter(c) && !kKnown.contains(c)) && c != '_') out += '\\';
      out += c;
      ++at;
    }
  }
  return out;
}

}  // namespace

Patterns::Patterns() = default;
Patterns::~Patterns() = default;

Result<bool> Patterns::matches(std::string_view pattern, std::string_view text) {
  auto found = compiled_.find(pattern);
  if (found == compiled_.end()) {
    if (pattern.size() > kMostBytes) {
      return fail(Cause::kWorkflowFailed, "the regular expression is too long");
    }
    const Literal literal = literal_of(pattern);
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!literal.flags.contains('i'));
    options.set_dot_nl(literal.flags.contains('s'));
    std::string body = translated(literal.body);
    if (literal.flags.contains('m')) body = "(?m)" + body;
    if (literal.flags.contains('y')) body = "\\A(?:" + body + ")";
    auto compiled = std::make_unique<RE2>(body, options);
    if (!compiled->ok()) {
      return fail(Cause::kWorkflowFailed,
                  fmt::format("'{}' cannot be used as a regular expression: {} (lookaround and "
                              "references back are not supported)",
                              shown_text(pattern), compiled->error()));
    }
    found = compiled_.emplace(std::string(pattern), std::move(compiled)).first;
  }
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *found->second);
}

}  // namespace vaettir::engine
