#include "routes/compiled.h"

#include <algorithm>
#include <optional>

namespace vaettir::routes {
namespace {

// A rule with more combinations of hosts and paths than this is filed under its hosts alone.
constexpr std::size_t kMaxCombinations = 4096;

// Values of which a matching request has at least one; nullopt = cannot be told. For hosts the
// values are patterns, for paths prefixes.
using Cover = std::optional<std::vector<std::string>>;

Cover cover_of(const Matcher& matcher, bool hosts) {
  if (hosts && matcher.kind == MatcherKind::kHost && matcher.first != "*") {
    return std::vector{matcher.first};
  }
  bool path = matcher.kind == MatcherKind::kPath || matcher.kind == MatcherKind::kPathPrefix;
  if (!hosts && path) return std::vector{matcher.first};
  return std::nullopt;
}

// The shorter list narrows more; of equal ones the longer texts.
bool narrows_more(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return !a.empty() && a[0].size() > b[0].size();
}

Cover cover(const Rule& rule, std::uint32_t id, bool hosts, bool negated) {
  const RuleNode& node = rule.nodes()[id];
  if (node.kind == RuleNode::Kind::kMatcher) {
    return negated ? std::nullopt : cover_of(rule.matchers()[node.matcher], hosts);
  }
  if (node.kind == RuleNode::Kind::kNot) return cover(rule, node.first_child, hosts, !negated);
  bool all_hold = (node.kind == RuleNode::Kind::kAnd) != negated;  // De Morgan
  Cover out;
  if (!all_hold) out.emplace();
  for (std::uint32_t child = node.first_child; child != RuleNode::kNone;
       child = rule.nodes()[child].next) {
    Cover one = cover(rule, child, hosts, negated);
    if (all_hold) {
      if (one && (!out || narrows_more(*one, *out))) out = std::move(one);
    } else if (!one) {
      return std::nullopt;
    } else {
      out->insert(out->end(), one->begin(), one->end());
    }
  }
  return out;
}

}  // namespace

std::uint32_t PathTrie::child(std::uint32_t node, char first) const {
  for (std::uint32_t each : nodes_[node].children) {
    if (nodes_[each].edge[0] == first) return each;
  }
  return 0;
}

// The node keeps the first `at` bytes of its edge; a new child takes the rest and all that hung
// below.
void PathTrie::split(std::uint32_t node, std::size_t at) {
  auto lower = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node& top = nodes_[node];
  Node& rest = nodes_[lower];
  rest.edge = top.edge.substr(at);
  rest.ranks = std::exchange(top.ranks, {});
  rest.children = std::exchange(top.children, {lower});
  top.edge.resize(at);
}

void PathTrie::insert(std::string_view prefix, std::uint32_t rank) {
  std::uint32_t node = 0;
  while (!prefix.empty()) {
    std::uint32_t next = child(node, prefix[0]);
    if (next == 0) {
      next = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back().edge = prefix;
      nodes_[node].children.push_back(next);
      node = next;
      break;
    }
    const std::string& edge = nodes_[next].edge;
    auto [in_edge, in_prefix] =
        std::mismatch(edge.begin(), edge.end(), prefix.begin(), prefix.end());
    auto common = static_cast<std::size_t>(in_prefix - prefix.begin());
    if (in_edge != edge.end()) split(next, common);
    prefix.remove_prefix(common);
    node = next;
  }
  std::vector<std::uint32_t>& ranks = nodes_[node].ranks;
  if (ranks.empty() || ranks.back() != rank) ranks.push_back(rank);
}

void PathTrie::collect(std::string_view path,
                       std::vector<std::span<const std::uint32_t>>& lists) const {
  std::uint32_t node = 0;
  while (true) {
    if (!nodes_[node].ranks.empty()) lists.emplace_back(nodes_[node].ranks);
    if (path.empty()) return;
    node = child(node, path[0]);
    if (node == 0 || !path.starts_with(nodes_[node].edge)) return;
    path.remove_prefix(nodes_[node].edge.size());
  }
}

CompiledMatcher::CompiledMatcher(const RouteTable& table)
    : indexes_(table.entry_points().size() * 2) {
  for (std::uint32_t rank = 0; rank < table.routes().size(); rank++) {
    const Route& route = table.routes()[rank];
    for (EntryPointId entry_point : route.entry_points) {
      bool tls = table.is_tls(route, entry_point);
      add(indexes_[routes::index(entry_point) * 2 + (tls ? 1 : 0)], route.rule, rank);
    }
  }
}

void CompiledMatcher::add(Index& index, const Rule& rule, std::uint32_t rank) {
  if (rule.empty()) return;
  index.used = true;
  Cover hosts = cover(rule, rule.root(), true, false);
  Cover paths = cover(rule, rule.root(), false, false);
  if (!paths || paths->size() * (hosts ? hosts->size() : 1) > kMaxCombinations) {
    paths = std::vector<std::string>{""};
  }
  auto file_under = [&](PathTrie& trie) {
    for (const std::string& prefix : *paths) trie.insert(prefix, rank);
  };
  if (!hosts) return file_under(index.any_host);
  for (const std::string& host : *hosts) {
    if (host.starts_with("**.")) {
      file_under(index.any_depth[host.substr(3)]);
    } else if (host.starts_with("*.")) {
      file_under(index.one_label[host.substr(2)]);
    } else {
      file_under(index.exact[host]);
    }
  }
}

void CompiledMatcher::collect(EntryPointId entry_point, bool tls, std::string_view host,
                              std::string_view path,
                              std::vector<std::span<const std::uint32_t>>& lists) const {
  const Index& index = at(entry_point, tls);
  auto from = [&](const Hosts& hosts, std::string_view name) {
    auto found = hosts.find(name);
    if (found != hosts.end()) found->second.collect(path, lists);
  };
  from(index.exact, host);
  std::size_t dot = host.find('.');
  if (dot != std::string_view::npos && !index.one_label.empty()) {
    from(index.one_label, host.substr(dot + 1));
  }
  if (!index.any_depth.empty()) {
    for (; dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
      from(index.any_depth, host.substr(dot + 1));
    }
  }
  index.any_host.collect(path, lists);
}

bool CompiledMatcher::serves(EntryPointId entry_point, bool tls) const {
  return at(entry_point, tls).used;
}

}  // namespace vaettir::routes
