#include "engine/expressions/evaluator.h"

#include "engine/expressions/text_value.h"

namespace vaettir::engine {
namespace {

struct Bracket {
  std::size_t at = std::string_view::npos;
  std::size_t end() const { return at + 2; }
};

// The next pair that no backslash escapes; an even number of backslashes escapes only each other.
Bracket next_bracket(std::string_view text, std::string_view pair, std::size_t from) {
  while (true) {
    const std::size_t at = text.find(pair, from);
    if (at == std::string_view::npos) return {};
    std::size_t backslashes = 0;
    while (backslashes < at - from && text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return {at};
    from = at + pair.size();
  }
}

// "\{{" stands for "{{".
std::string unescaped(std::string_view text, std::string_view pair) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && text.substr(at + 1).starts_with(pair)) continue;
    out += text[at];
  }
  return out;
}

std::string_view trimmed(std::string_view code) {
  const std::size_t begin = code.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return code.substr(begin, code.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Expression Expression::parse(std::string_view text) {
  Expression expression;
  expression.text_ = text;
  std::string_view rest = text.starts_with('=') ? text.substr(1) : text;
  while (!rest.empty()) {
    const Bracket open = next_bracket(rest, "{{", 0);
    const Bracket close =
        open.at == std::string_view::npos ? Bracket{} : next_bracket(rest, "}}", open.end());
    if (close.at == std::string_view::npos) break;  // nothing (more) is opened and closed: text
    if (open.at > 0) expression.add_text(rest.substr(0, open.at));
    expression.add_code(rest.substr(open.end(), close.at - open.end()));
    rest = rest.substr(close.end());
  }
  if (!rest.empty()) expression.add_text(rest);
  return expression;
}

void Expression::add_text(std::string_view text) {
  parts_.push_back({unescaped(text, "{{"), false, {}});
}

void Expression::add_code(std::string_view text) {
  const std::string code = unescaped(trimmed(text), "}}");
  std::optional<Path> path = code.empty() ? Path{} : Path::parse(code);
  if (!path && needs_javascript_.empty()) needs_javascript_ = code;
  parts_.push_back({code, true, path ? *std::move(path) : Path{}});
}

std::unexpected<Error> Expression::needs_javascript() const {
  return fail(
      Cause::kWorkflowFailed,
      fmt::format("the expression {{{{ {} }}}} needs JavaScript, and JavaScript expressions "
                  "are not available yet: plain paths such as {{{{ $json.name }}}} are",
                  shown_text(needs_javascript_)));
}

std::optional<std::string> Expression::fixed_text() const {
  std::string text;
  for (const Part& part : parts_) {
    if (part.is_code) return std::nullopt;
    text += part.text;
  }
  return text;
}

Result<std::string> Expression::evaluate_as_json(const Vantage& from, std::size_t item) const {
  if (!is_plain()) return needs_javascript();
  std::string out;
  for (const Part& part : parts_) {
    if (!part.is_code) {
      out += part.text;
      continue;
    }
    TRY(const json::Value value, evaluate(part, from, item));
    if (value.is_object() || value.is_array()) {
      json::append_text(out, value);
    } else {
      out += javascript_text(value);
    }
  }
  return out;
}

Result<json::Value> Expression::evaluate(const Vantage& from, std::size_t item) const {
  if (!is_plain()) return needs_javascript();
  if (parts_.size() == 1 && parts_[0].is_code) return evaluate(parts_[0], from, item);
  std::string joined;
  for (const Part& part : parts_) {
    if (!part.is_code) {
      joined += part.text;
      continue;
    }
    TRY(const json::Value value, evaluate(part, from, item));
    append_joined(joined, value);
  }
  return json::Value(joined);
}

Result<json::Value> Expression::evaluate(const Part& part, const Vantage& from, std::size_t item) {
  Result<json::Value> value = part.path.evaluate(from, item);
  if (value) return value;
  return std::unexpected(
      std::move(value.error())
          .because(fmt::format("the expression {{{{ {} }}}}", shown_text(part.text))));
}

}  // namespace vaettir::engine
