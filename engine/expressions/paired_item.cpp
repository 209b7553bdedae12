#include "engine/expressions/paired_item.h"

namespace vaettir::engine {
namespace {

struct Place {
  Source source;
  std::uint32_t item = 0;
  auto key() const { return std::tuple(source.node, source.output, source.run, item); }
};

// Items can be made from many items, and those from many again: each place is visited once, and a
// way this long is no way but a fault in the run data.
constexpr std::size_t kMostPlaces = 100'000;

class Walk {
 public:
  Walk(const Vantage& from, NodeIndex ancestor) : from_(from), ancestor_(ancestor) {}

  Result<const Item*> run(Place start) {
    open_.push_back(start);
    while (!open_.empty()) {
      const Place place = open_.back();
      open_.pop_back();
      if (!seen_.insert(place.key()).second) continue;
      if (seen_.size() > kMostPlaces) return fail_with("the way back to it has no end");
      TRY_OK(visit(place));
    }
    if (found_ == nullptr) return not_found();
    return found_;
  }

 private:
  Result<> visit(const Place& place) {
    const Source& source = place.source;
    const Items* items = from_.runs.output(source.node, source.run, source.output);
    if (items == nullptr || place.item >= items->size()) {
      blocked_ = fmt::format("node '{}' has no such item any more", name(source.node));
      return {};
    }
    const Item& item = (*items)[place.item];
    if (source.node == ancestor_) {
      if (found_ != nullptr && found_ != &item) {
        return fail_with("several of its items match: use first(), last() or all() with an index");
      }
      found_ = &item;
      return {};
    }
    follow(source, item);
    return {};
  }

  void follow(const Source& source, const Item& item) {
    if (!item.paired.known()) {
      blocked_ = fmt::format(
          "node '{}' does not say which input item its item was made from: use first(), last() or "
          "all() with an index",
          name(source.node));
      return;
    }
    const std::span<const std::optional<Source>> sources =
        from_.runs.sources(source.node, source.run);
    for (const Pairing& pairing : item.paired.all()) {
      if (pairing.overwrite) {
        open_.push_back({*pairing.overwrite, pairing.item});
      } else if (pairing.input < sources.size() && sources[pairing.input]) {
        open_.push_back({*sources[pairing.input], pairing.item});
      }
    }
  }

  const std::string& name(NodeIndex node) const { return from_.workflow.node(node).name; }

  std::unexpected<Error> fail_with(std::string_view why) const {
    return fail(Cause::kWorkflowFailed,
                fmt::format("the item of node '{}' that belongs to this one cannot be told: {}",
                            name(ancestor_), why));
  }

  std::unexpected<Error> not_found() const {
    if (from_.runs.runs(ancestor_) == 0) {
      return fail(Cause::kWorkflowFailed,
                  fmt::format("node '{}' has not run, so it has no item", name(ancestor_)));
    }
    if (!from_.workflow.is_ancestor(ancestor_, from_.node)) {
      return fail_with("no connection leads from it to this node");
    }
    if (!blocked_.empty()) return fail_with(blocked_);
    return fail_with("this item was made without it");
  }

  const Vantage& from_;
  NodeIndex ancestor_;
  std::vector<Place> open_;
  std::set<std::tuple<NodeIndex, std::uint32_t, std::uint32_t, std::uint32_t>> seen_;
  const Item* found_ = nullptr;
  std::string blocked_;  // where a way ended early
};

}  // namespace

Result<const Item*> paired_item(const Vantage& from, NodeIndex ancestor, std::size_t item) {
  if (from.sources.empty() || !from.sources[0]) {
    return fail(Cause::kWorkflowFailed,
                fmt::format("this node has no input, so no item of node '{}' belongs to it",
                            from.workflow.node(ancestor).name));
  }
  // The usual way is a line of nodes that pair one item to one: followed without any memory.
  Place place{*from.sources[0], static_cast<std::uint32_t>(item)};
  for (std::size_t hops = 0; hops < kMostPlaces; ++hops) {
    const Items* items = from.runs.output(place.source.node, place.source.run, place.source.output);
    if (items == nullptr || place.item >= items->size()) break;
    const Item& at = (*items)[place.item];
    if (place.source.node == ancestor) return &at;
    if (at.paired.all().size() != 1) break;
    const Pairing& pairing = at.paired.all().front();
    if (pairing.overwrite) {
      place = {*pairing.overwrite, pairing.item};
      continue;
    }
    const auto sources = from.runs.sources(place.source.node, place.source.run);
    if (pairing.input >= sources.size() || !sources[pairing.input]) break;
    place = {*sources[pairing.input], pairing.item};
  }
  return Walk(from, ancestor).run(place);
}

}  // namespace vaettir::engine
