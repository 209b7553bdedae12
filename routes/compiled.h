// CompiledMatcher: which routes can match at all, by host and path. It only narrows: every
// candidate's rule is still evaluated, and every route that matches is among the candidates of its
// requests. Built once per table, immutable.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "routes/table.h"

namespace vaettir::routes {

// Prefixes of paths -> ranks (positions in TableData::routes, ascending), as a radix tree over
// bytes.
class PathTrie {
 public:
  void insert(std::string_view prefix, std::uint32_t rank);
  // Adds the list of every prefix of `path` that has one.
  void collect(std::string_view path, std::vector<std::span<const std::uint32_t>>& lists) const;

 private:
  struct Node {
    std::string edge;  // bytes from the parent to here
    std::vector<std::uint32_t> ranks;
    std::vector<std::uint32_t> children;  // by the first byte of their edge
  };
  std::uint32_t child(std::uint32_t node, char first) const;  // 0 = none: the root is no child
  void split(std::uint32_t node, std::size_t at);
  std::vector<Node> nodes_ = std::vector<Node>(1);
};

class CompiledMatcher {
 public:
  explicit CompiledMatcher(const RouteTable& table);
  // Lists whose union holds every route that can match; each ascending, ranks may repeat between
  // lists.
  void collect(EntryPointId entry_point, bool tls, std::string_view host, std::string_view path,
               std::vector<std::span<const std::uint32_t>>& lists) const;
  bool serves(EntryPointId entry_point, bool tls) const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Hosts = std::unordered_map<std::string, PathTrie, TextHash, std::equal_to<>>;
  // One per entry point and kind of connection.
  struct Index {
    Hosts exact;
    Hosts one_label;  // "*.example.org" under "example.org"
    Hosts any_depth;  // "**.example.org" under "example.org"
    PathTrie any_host;
    bool used = false;
  };
  static void add(Index& index, const Rule& rule, std::uint32_t rank);
  const Index& at(EntryPointId entry_point, bool tls) const {
    return indexes_[routes::index(entry_point) * 2 + (tls ? 1 : 0)];
  }
  std::vector<Index> indexes_;
};

}  // namespace vaettir::routes
