// Rule::parse: recursive descent over the grammar in rule.h. The first error ends it; its offset is
// where a person would look.
#include <re2/re2.h>

#include <array>

#include "base/core/text.h"
#include "routes/go_string.h"
#include "routes/rule.h"

namespace vaettir::routes {
namespace {

struct MatcherFacts {
  std::string_view name;
  MatcherKind kind;
  std::size_t min_arguments, max_arguments;
};
constexpr std::array kMatchers = {
    MatcherFacts{"Host", MatcherKind::kHost, 1, 1},
    MatcherFacts{"HostRegexp", MatcherKind::kHostRegexp, 1, 1},
    MatcherFacts{"Path", MatcherKind::kPath, 1, 1},
    MatcherFacts{"PathPrefix", MatcherKind::kPathPrefix, 1, 1},
    MatcherFacts{"PathRegexp", MatcherKind::kPathRegexp, 1, 1},
    MatcherFacts{"Method", MatcherKind::kMethod, 1, 1},
    MatcherFacts{"Header", MatcherKind::kHeader, 2, 2},
    MatcherFacts{"HeaderRegexp", MatcherKind::kHeaderRegexp, 2, 2},
    MatcherFacts{"Query", MatcherKind::kQuery, 1, 2},
    MatcherFacts{"QueryRegexp", MatcherKind::kQueryRegexp, 1, 2},
    MatcherFacts{"ClientIP", MatcherKind::kClientIp, 1, 1},
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper(c);
  return out;
}

// Exact, lower, UPPER or Title case; "hOst" is none of them.
bool spells(std::string_view written, std::string_view name) {
  if (!equal_ignoring_case(written, name)) return false;
  std::string title = lower(name);
  title[0] = upper(title[0]);
  return written == name || written == lower(name) || written == upper(name) || written == title;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string hint_for_unknown(std::string_view name) {
  if (equal_ignoring_case(name, "Headers")) return "Traefik v3 calls it Header(`name`, `value`)";
  if (equal_ignoring_case(name, "HeadersRegexp")) return "Traefik v3 calls it HeaderRegexp";
  for (std::string_view tcp : {"HostSNI", "HostSNIRegexp", "ALPN"}) {
    if (equal_ignoring_case(name, tcp)) return "this matcher is for TCP routers";
  }
  std::array<std::string_view, kMatchers.size()> names;
  for (std::size_t i = 0; i < names.size(); i++) {
    names[i] = kMatchers[i].name;
    if (equal_ignoring_case(name, names[i])) return fmt::format("write '{}'", names[i]);
  }
  // Names are short and few: two slips of four letters ("Hots") still tell which one is meant.
  constexpr std::size_t kMaxSlips = 2;
  auto slips = [&](std::string_view each) { return edit_distance(lower(name), lower(each)); };
  auto meant = std::min_element(names.begin(), names.end(),
                                [&](auto a, auto b) { return slips(a) < slips(b); });
  if (slips(*meant) <= kMaxSlips) return fmt::format("did you mean '{}'?", *meant);
  return fmt::format("known: {}", fmt::join(names, ", "));
}

struct Argument {
  std::string text;
  std::uint32_t offset = 0, width = 0;  // with quotes
};

std::unexpected<RuleError> wrong(std::size_t offset, std::size_t width, std::string message,
                                 std::string hint = "") {
  return std::unexpected(RuleError{std::move(message), std::move(hint),
                                   static_cast<std::uint32_t>(offset),
                                   static_cast<std::uint32_t>(std::max<std::size_t>(1, width))});
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// One kind's own conditions, and its arguments in the form that matching wants.
std::expected<Matcher, RuleError> make_matcher(const MatcherFacts& facts,
                                               std::vector<Argument> arguments) {
  Matcher matcher{.kind = facts.kind, .first = arguments[0].text};
  const Argument& last = arguments.back();
  if (arguments.size() > 1) matcher.second = last.text;
  auto wrong_at = [&](const Argument& at, std::string message, std::string hint = "") {
    return wrong(at.offset, at.width, std::move(message), std::move(hint));
  };
  switch (facts.kind) {
    case MatcherKind::kHost: {
      if (!is_ascii(matcher.first)) {
        return wrong_at(arguments[0], "a host name is ASCII", "write the punycode form (xn--...)");
      }
      matcher.first = lower(matcher.first);
      std::string_view host = matcher.first;
      if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
      if (host.ends_with('.')) host.remove_suffix(1);
      matcher.first = std::string(host);
      break;
    }
    case MatcherKind::kPath:
    case MatcherKind::kPathPrefix:
      if (!matcher.first.starts_with('/')) {
        return wrong_at(arguments[0], fmt::format("'{}' must start with '/'", facts.name));
      }
      break;
    case MatcherKind::kMethod:
      matcher.first = upper(matcher.first);
      break;
    case MatcherKind::kQueryRegexp:
      if (arguments.size() == 1) {
        matcher.kind = MatcherKind::kQuery;
        return matcher;
      }
      break;
    case MatcherKind::kClientIp: {
      Result<IpRange> range = IpRange::from_text(matcher.first);
      if (!range) {
        return wrong_at(arguments[0], "'ClientIP' needs an IP address or range",
                        std::string(range.error().text()));
      }
      matcher.range = *range;
      break;
    }
    default:
      break;
  }
  bool is_regexp = facts.name.ends_with("Regexp");
  if (!is_regexp) return matcher;
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regexp = std::make_shared<const re2::RE2>(last.text, options);
  if (!regexp->ok()) {
    return wrong_at(last, fmt::format("this is no regular expression: {}", regexp->error()));
  }
  matcher.regexp = std::move(regexp);
  return matcher;
}

}  // namespace

class RuleParser {
 public:
  explicit RuleParser(std::string_view text) : text_(text) { rule_.text_ = text; }

  std::expected<Rule, RuleError> parse() {
    skip_space();
    if (at_end()) return wrong(0, 1, "the rule is empty");
    auto root = either();
    if (!root) return std::unexpected(std::move(root.error()));
    if (!at_end()) {
      if (peek() == ')') return wrong(at_, 1, "this ')' closes nothing");
      return wrong(at_, 1, "expected '&&' or '||' here");
    }
    rule_.root_ = *root;
    return std::move(rule_);
  }

 private:
  using Id = std::expected<std::uint32_t, RuleError>;

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  void skip_space() {
    while (!at_end() && is_space(peek())) at_++;
  }
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    skip_space();
    return true;
  }
  std::uint32_t add(RuleNode node) {
    rule_.nodes_.push_back(node);
    return static_cast<std::uint32_t>(rule_.nodes_.size() - 1);
  }

  Id either() { return chain("||", RuleNode::Kind::kOr, &RuleParser::both); }
  Id both() { return chain("&&", RuleNode::Kind::kAnd, &RuleParser::unary); }
  // part { operator part }; a single part stays itself.
  Id chain(std::string_view op, RuleNode::Kind kind, Id (RuleParser::*part)()) {
    Id first = (this->*part)();
    if (!first || !take(op)) return first;
    RuleNode node{.kind = kind, .begin = rule_.nodes_[*first].begin, .first_child = *first};
    std::uint32_t last = *first;
    do {
      Id next = (this->*part)();
      if (!next) return next;
      rule_.nodes_[last].next = *next;
      last = *next;
    } while (take(op));
    node.end = rule_.nodes_[last].end;
    return add(node);
  }

  Id unary() {
    if (at_end()) {
      return wrong(text_.size() - 1, 1, "the rule ends where a matcher is expected");
    }
    std::size_t begin = at_;
    if (depth_ == kMaxRuleDepth) return wrong(begin, 1, "the rule is nested too deeply");
    if (take("!")) {
      depth_++;
      Id inner = unary();
      depth_--;
      if (!inner) return inner;
      return add({.kind = RuleNode::Kind::kNot,
                  .begin = static_cast<std::uint32_t>(begin),
                  .end = rule_.nodes_[*inner].end,
                  .first_child = *inner});
    }
    if (!take("(")) return matcher();
    depth_++;
    Id inner = either();
    depth_--;
    if (!inner) return inner;
    std::size_t end = at_ + 1;
    if (!take(")")) {
      if (at_end()) return wrong(begin, 1, "this '(' is never closed");
      return wrong(at_, 1, "expected '&&', '||' or ')' here");
    }
    // The parentheses belong to the text of the alternative they hold.
    rule_.nodes_[*inner].begin = static_cast<std::uint32_t>(begin);
    rule_.nodes_[*inner].end = static_cast<std::uint32_t>(end);
    return inner;
  }

  Id matcher() {
    std::size_t begin = at_;
    while (!at_end() && is_name(peek())) at_++;
    std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty()) return wrong(begin, 1, "a matcher such as Host(`...`) is expected here");
    skip_space();
    const auto* facts = std::find_if(kMatchers.begin(), kMatchers.end(),
                                     [&](const auto& each) { return spells(name, each.name); });
    if (facts == kMatchers.end()) {
      return wrong(begin, name.size(), fmt::format("'{}' is no matcher", name),
                   hint_for_unknown(name));
    }
    if (!take("(")) {
      return wrong(begin, name.size(), fmt::format("'{}' needs arguments", name),
                   fmt::format("write {}(`...`)", facts->name));
    }
    std::uint32_t end = 0;
    auto arguments = this->arguments(*facts, begin, end);
    if (!arguments) return std::unexpected(std::move(arguments.error()));
    auto made = make_matcher(*facts, *std::move(arguments));
    if (!made) return std::unexpected(std::move(made.error()));
    rule_.matchers_.push_back(*std::move(made));
    return add({.begin = static_cast<std::uint32_t>(begin),
                .end = end,
                .matcher = static_cast<std::uint32_t>(rule_.matchers_.size() - 1)});
  }

  std::expected<std::vector<Argument>, RuleError> arguments(const MatcherFacts& facts,
                                                            std::size_t begin, std::uint32_t& end) {
    std::vector<Argument> found;
    std::string_view name = text_.substr(begin, facts.name.size());
    while (at_end() || peek() != ')') {
      auto argument = this->argument(begin);
      if (!argument) return std::unexpected(std::move(argument.error()));
      if (argument->text.empty()) {
        return wrong(argument->offset, argument->width,
                     fmt::format("'{}' has an empty argument", name));
      }
      found.push_back(*std::move(argument));
      if (take(",")) continue;
      if (at_end()) return wrong(begin, name.size(), fmt::format("'{}(' is never closed", name));
      if (peek() != ')') return wrong(at_, 1, "expected ',' or ')' here");
    }
    end = static_cast<std::uint32_t>(at_ + 1);
    take(")");
    if (found.size() >= facts.min_arguments && found.size() <= facts.max_arguments) return found;
    std::string wanted = facts.min_arguments == facts.max_arguments
                             ? fmt::format("{}", facts.min_arguments)
                             : fmt::format("{} or {}", facts.min_arguments, facts.max_arguments);
    bool many = found.size() > facts.max_arguments;
    std::size_t at = many ? found[facts.max_arguments].offset : begin;
    std::size_t width = many ? found.back().offset + found.back().width - at : end - begin;
    std::string hint;
    if (many && facts.max_arguments == 1) {
      hint = fmt::format("write {0}({1}) || {0}({2})", facts.name, raw(found[0]), raw(found[1]));
    }
    return wrong(
        at, width,
        fmt::format("'{}' takes {} argument{}, here {} {}", name, wanted, wanted == "1" ? "" : "s",
                    found.size() == 1 ? "is" : "are", found.size()),
        std::move(hint));
  }
  std::string_view raw(const Argument& argument) const {
    return text_.substr(argument.offset, argument.width);
  }

  std::expected<Argument, RuleError> argument(std::size_t matcher_begin) {
    if (at_end()) return wrong(matcher_begin, 1, "this matcher is never closed");
    std::size_t begin = at_;
    if (peek() == '\'') {
      return wrong(begin, 1, "text stands in backquotes or double quotes, not in single quotes");
    }
    if (peek() != '`' && peek() != '"') {
      return wrong(begin, 1, "text in backquotes is expected here", "such as Host(`example.org`)");
    }
    GoString text = read_go_string(text_.substr(begin));
    if (!text.problem.empty()) {
      return wrong(begin + text.problem_at, 1, std::string(text.problem));
    }
    at_ = begin + text.size;
    skip_space();
    return Argument{std::move(text.value), static_cast<std::uint32_t>(begin),
                    static_cast<std::uint32_t>(text.size)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Rule rule_;
};

std::expected<Rule, RuleError> Rule::parse(std::string_view text) {
  return RuleParser(text).parse();
}

}  // namespace vaettir::routes
