// Rule: a router's rule in Traefik's language, parsed once when files are read and evaluated per
// request without allocation. Immutable, copied freely (compiled regular expressions are shared).
//
//   rule := and { "||" and }    and := unary { "&&" unary }    unary := "!" unary | "(" rule ")" |
//   Name "(" string { "," string } ")" string := `raw` | "with Go's escapes" Name in exact, lower,
//   UPPER or Title case
//
// HTTP matchers: Host HostRegexp Path PathPrefix PathRegexp Method Header HeaderRegexp Query
// QueryRegexp ClientIP.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routes/ip.h"

namespace re2 {
class RE2;
}

namespace vaettir::routes {

// Fields of a request, however its owner keeps them. Names match in any case.
class HeaderSource {
 public:
  virtual ~HeaderSource() = default;
  // The value of the `index`-th field line called `name`; nullopt beyond the last.
  virtual std::optional<std::string_view> value(std::string_view name, std::size_t index) const = 0;
};

// What rules see of a request, already in canonical form (canonical_host, routing_path). Views live
// for the call.
struct RuleInput {
  std::string_view host;    // lower case, without port and trailing dot; "" without Host
  std::string_view path;    // the routing path
  std::string_view method;  // compared as it is
  std::string_view query;   // raw, without '?'
  IpAddress client;         // the connection's peer, never X-Forwarded-For
  const HeaderSource* headers = nullptr;
};

enum class MatcherKind : std::uint8_t {
  kHost,
  kHostRegexp,
  kPath,
  kPathPrefix,
  kPathRegexp,
  kMethod,
  kHeader,
  kHeaderRegexp,
  kQuery,
  kQueryRegexp,
  kClientIp
};

struct Matcher {
  MatcherKind kind = MatcherKind::kHost;
  std::string first, second;  // arguments; Host lower case, Method upper case
  std::shared_ptr<const re2::RE2> regexp;
  IpRange range;

  bool matches(const RuleInput& input) const;
};

// A node of the tree; children are the nodes [first_child, ...] linked by next. begin, end: its
// stretch of the rule's text.
struct RuleNode {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kMatcher };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  Kind kind = Kind::kMatcher;
  std::uint32_t begin = 0, end = 0;
  std::uint32_t first_child = kNone, next = kNone;
  std::uint32_t matcher = kNone;
};

// What is wrong, and where in the rule's text (bytes from 0).
struct RuleError {
  std::string message;
  std::string hint;
  std::uint32_t offset = 0, width = 1;
};

class Rule {
 public:
  // Matches nothing.
  Rule() = default;
  static std::expected<Rule, RuleError> parse(std::string_view text);

  bool matches(const RuleInput& input) const;
  // The part of the text that keeps the rule from matching: the first failing predicate of the
  // alternative that came furthest. "" if it matches.
  std::string_view first_failure(const RuleInput& input) const;

  const std::string& text() const { return text_; }
  bool empty() const { return nodes_.empty(); }
  std::span<const RuleNode> nodes() const { return nodes_; }
  std::span<const Matcher> matchers() const { return matchers_; }
  std::uint32_t root() const { return root_; }
  // Values of all Host matchers that are not under '!': the names a certificate is wanted for, as
  // Traefik collects them.
  std::vector<std::string> hosts() const;

 private:
  friend class RuleParser;
  struct Progress;
  bool matches(std::uint32_t node, const RuleInput& input) const;
  Progress follow(std::uint32_t node, const RuleInput& input, bool wanted) const;

  std::string text_;
  std::vector<RuleNode> nodes_;
  std::vector<Matcher> matchers_;
  std::uint32_t root_ = RuleNode::kNone;
};

// Deeper nesting of parentheses and '!' than this is refused: a parser that recurses must end
// before the stack does.
inline constexpr int kMaxRuleDepth = 200;

// Host or :authority without port and trailing dot, in lower case. Returns a view of `authority`
// when nothing changes but the end, else of `buffer`, which is reused (no allocation once it is
// large enough).
std::string_view canonical_host(std::string_view authority, std::string& buffer);

// The path rules are matched against: %XX decoded except for : / ? # [ ] @ ! $ & ' ( ) * + , ; = %
// (whose hex digits become upper case), then, with `sanitize`, dot segments removed and repeated
// slashes joined. Broken escapes stay. Returns `path` itself when nothing changes, else a view of
// `buffer`.
std::string_view routing_path(std::string_view path, bool sanitize, std::string& buffer);

}  // namespace vaettir::routes
