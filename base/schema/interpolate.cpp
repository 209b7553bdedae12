// `${NAME}`, `${NAME:-default}`, `${NAME:?message}` in one text.
#include <optional>

#include "base/schema/node.h"

namespace vaettir::schema {
namespace {

// Defaults may hold further variables; nobody nests them deeper than this on purpose.
constexpr int kMaxNesting = 8;

bool starts_name(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }

struct Variable {
  std::string_view name, operand;
  char form = 0;         // 0, '-' or '?'
  std::size_t size = 0;  // of the whole, from '$' to '}'
};

// The variable that begins at text[0] == '$'; nullopt when this is ordinary text.
std::optional<Variable> variable_at(std::string_view text) {
  if (text.size() < 4 || text[1] != '{' || !starts_name(text[2])) return std::nullopt;
  std::size_t end = 3;
  while (end < text.size() && continues_name(text[end])) end++;
  Variable found{.name = text.substr(2, end - 2)};
  if (end < text.size() && text[end] == '}') {
    found.size = end + 1;
    return found;
  }
  std::string_view rest = text.substr(end);
  if (!rest.starts_with(":-") && !rest.starts_with(":?")) return std::nullopt;
  found.form = rest[1];
  std::size_t begin = end + 2;
  int depth = 1;
  for (std::size_t i = begin; i < text.size(); i++) {
    if (text[i] == '{' && text[i - 1] == '$') depth++;
    if (text[i] != '}' || --depth > 0) continue;
    found.operand = text.substr(begin, i - begin);
    found.size = i + 1;
    return found;
  }
  return std::nullopt;
}

std::string replace(std::string_view text, const Environment& environment,
                    std::vector<std::string>& problems, int nesting) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("$${")) {
      out += "${";
      i += 3;
      continue;
    }
    std::optional<Variable> found;
    if (text[i] == '$') found = variable_at(text.substr(i));
    if (!found) {
      out += text[i++];
      continue;
    }
    i += found->size;
    auto set = environment.find(found->name);
    bool has_value = set != environment.end() && (found->form == 0 || !set->second.empty());
    if (has_value) {
      out += set->second;
    } else if (found->form == '-') {
      out += nesting < kMaxNesting ? replace(found->operand, environment, problems, nesting + 1)
                                   : std::string(found->operand);
    } else if (found->form == '?' && !found->operand.empty()) {
      problems.push_back(fmt::format("'{}' is not set: {}", found->name, found->operand));
    } else {
      problems.push_back(fmt::format("'{}' is not set in the environment", found->name));
    }
  }
  return out;
}

}  // namespace

std::string interpolate(std::string_view text, const Environment& environment,
                        std::vector<std::string>& problems) {
  return replace(text, environment, problems, 0);
}

}  // namespace vaettir::schema
