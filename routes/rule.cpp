#include "routes/rule.h"

#include <re2/re2.h>

#include "base/core/text.h"

namespace vaettir::routes {
namespace {

bool finds(const re2::RE2& regexp, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regexp);
}

bool host_matches(std::string_view pattern, std::string_view host) {
  if (pattern == "*") return true;
  bool any_depth = pattern.starts_with("**.");
  if (!any_depth && !pattern.starts_with("*.")) return pattern == host;
  std::string_view suffix = pattern.substr(any_depth ? 2 : 1);  // with its dot
  if (host.size() <= suffix.size() || !host.ends_with(suffix)) return false;
  return any_depth || !host.substr(0, host.size() - suffix.size()).contains('.');
}

bool any_header(const RuleInput& input, std::string_view name, auto&& accepts) {
  if (input.headers == nullptr) return false;
  for (std::size_t i = 0;; i++) {
    std::optional<std::string_view> value = input.headers->value(name, i);
    if (!value) return false;
    if (accepts(*value)) return true;
  }
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_broken_escape(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return true;
    i += 2;
  }
  return false;
}

// The next byte of a form-encoded text: "+" is a space, "%41" is 'A'.
char next_decoded(std::string_view& text) {
  char c = text[0];
  std::size_t size = 1;
  if (c == '+') {
    c = ' ';
  } else if (c == '%') {
    c = static_cast<char>(hex(text[1]) * 16 + hex(text[2]));
    size = 3;
  }
  text.remove_prefix(size);
  return c;
}

// Compares without building the decoded text: matching must not allocate.
bool decodes_to(std::string_view encoded, std::string_view wanted) {
  while (!encoded.empty()) {
    if (wanted.empty() || next_decoded(encoded) != wanted[0]) return false;
    wanted.remove_prefix(1);
  }
  return wanted.empty();
}

// Pairs of a query as Go's url.ParseQuery takes them: a pair with ';' or a broken escape does not
// exist.
bool any_query(const RuleInput& input, std::string_view key, auto&& accepts) {
  std::string_view rest = input.query;
  while (!rest.empty()) {
    std::size_t end = rest.find('&');
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (pair.empty() || pair.contains(';') || has_broken_escape(pair)) continue;
    std::size_t equals = pair.find('=');
    std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (decodes_to(pair.substr(0, equals), key) && accepts(value)) return true;
  }
  return false;
}

bool decoded_finds(const re2::RE2& regexp, std::string_view encoded) {
  if (encoded.find_first_of("%+") == std::string_view::npos) return finds(regexp, encoded);
  // The one match that allocates: a regular expression needs the decoded text in one piece.
  std::string decoded;
  while (!encoded.empty()) decoded += next_decoded(encoded);
  return finds(regexp, decoded);
}

}  // namespace

bool Matcher::matches(const RuleInput& input) const {
  switch (kind) {
    case MatcherKind::kHost:
      return host_matches(first, input.host);
    case MatcherKind::kHostRegexp:
      return finds(*regexp, input.host);
    case MatcherKind::kPath:
      return input.path == first;
    case MatcherKind::kPathPrefix:
      return input.path.starts_with(first);
    case MatcherKind::kPathRegexp:
      return finds(*regexp, input.path);
    case MatcherKind::kMethod:
      return input.method == first;
    case MatcherKind::kHeader:
      return any_header(input, first, [&](std::string_view value) { return value == second; });
    case MatcherKind::kHeaderRegexp:
      return any_header(input, first,
                        [&](std::string_view value) { return finds(*regexp, value); });
    case MatcherKind::kQuery:
      return any_query(input, first,
                       [&](std::string_view value) { return decodes_to(value, second); });
    case MatcherKind::kQueryRegexp:
      return any_query(input, first,
                       [&](std::string_view value) { return decoded_finds(*regexp, value); });
    case MatcherKind::kClientIp:
      return range.contains(input.client);
  }
  return false;
}

bool Rule::matches(const RuleInput& input) const { return !empty() && matches(root_, input); }

bool Rule::matches(std::uint32_t id, const RuleInput& input) const {
  const RuleNode& node = nodes_[id];
  switch (node.kind) {
    case RuleNode::Kind::kMatcher:
      return matchers_[node.matcher].matches(input);
    case RuleNode::Kind::kNot:
      return !matches(node.first_child, input);
    case RuleNode::Kind::kAnd:
    case RuleNode::Kind::kOr:
      break;
  }
  bool decides = node.kind == RuleNode::Kind::kOr;
  for (std::uint32_t child = node.first_child; child != RuleNode::kNone;
       child = nodes_[child].next) {
    if (matches(child, input) == decides) return decides;
  }
  return !decides;
}

// How far an evaluation came towards the wanted result, and where it stopped.
struct Rule::Progress {
  bool reached = false;
  std::uint32_t passed = 0;  // predicates that were as wanted
  std::uint32_t begin = 0, end = 0;
};

Rule::Progress Rule::follow(std::uint32_t id, const RuleInput& input, bool wanted) const {
  const RuleNode& node = nodes_[id];
  if (node.kind == RuleNode::Kind::kMatcher) {
    bool reached = matchers_[node.matcher].matches(input) == wanted;
    return {reached, reached ? 1U : 0U, node.begin, node.end};
  }
  if (node.kind == RuleNode::Kind::kNot) {
    Progress inner = follow(node.first_child, input, !wanted);
    if (nodes_[node.first_child].kind == RuleNode::Kind::kMatcher) {
      inner.begin = node.begin;
      inner.end = node.end;
    }
    return inner;
  }
  // `a || b` wanted false needs both to be false: De Morgan.
  bool needs_all = (node.kind == RuleNode::Kind::kAnd) == wanted;
  Progress sum{needs_all, 0, node.begin, node.end}, best;
  bool only_matchers = true, first = true;
  for (std::uint32_t child = node.first_child; child != RuleNode::kNone;
       child = nodes_[child].next) {
    Progress one = follow(child, input, wanted);
    if (needs_all) {
      sum.passed += one.passed;
      if (!one.reached) return {false, sum.passed, one.begin, one.end};
      continue;
    }
    if (one.reached) return one;
    only_matchers = only_matchers && nodes_[child].kind == RuleNode::Kind::kMatcher;
    if (first || one.passed > best.passed) best = one;
    first = false;
  }
  // Of alternatives that are single predicates none came further than another: all of them are
  // named.
  return needs_all || only_matchers ? sum : best;
}

std::string_view Rule::first_failure(const RuleInput& input) const {
  if (empty()) return {};
  Progress progress = follow(root_, input, true);
  if (progress.reached) return {};
  return std::string_view(text_).substr(progress.begin, progress.end - progress.begin);
}

std::vector<std::string> Rule::hosts() const {
  std::vector<std::string> out;
  if (empty()) return out;
  std::vector<std::pair<std::uint32_t, bool>> open = {{root_, false}};
  while (!open.empty()) {
    auto [id, negated] = open.back();
    open.pop_back();
    const RuleNode& node = nodes_[id];
    if (node.kind == RuleNode::Kind::kMatcher) {
      const Matcher& matcher = matchers_[node.matcher];
      if (!negated && matcher.kind == MatcherKind::kHost && matcher.first != "*") {
        out.push_back(matcher.first);
      }
      continue;
    }
    std::size_t before = open.size();
    for (std::uint32_t child = node.first_child; child != RuleNode::kNone;
         child = nodes_[child].next) {
      open.emplace_back(child, negated != (node.kind == RuleNode::Kind::kNot));
    }
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(before), open.end());
  }
  return out;
}

}  // namespace vaettir::routes
