// parse_yaml(): the border to yaml-cpp. Its events become Nodes; merge keys, duplicate keys, scalar
// types and limits are ours, because yaml-cpp 0.7 has none of them.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "base/core/text.h"
#include "base/schema/node.h"
#include "base/schema/scalar.h"

namespace vaettir::schema {
namespace {

struct TooManyNodes {};

// Keys whose values hold '$' for other reasons.
bool stays_literal(std::string_view key) {
  return equal_ignoring_case(key, "replacement") || equal_ignoring_case(key, "users");
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(SourceId source, const Environment& environment, Report& report)
      : source_(source), environment_(environment), report_(report), lines_(report, source) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      report_.error(location(mark), "a file holds one YAML document, here begins a second one",
                    "put it into a file of its own");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.at = location(mark);
    finish(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      report_.error(location(mark), "an alias cannot be used inside what it names");
      return finish(Node{.at = location(mark)}, 0);
    }
    count(found->second.nodes);
    Node copy = found->second.node;
    finish(std::move(copy), 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.text = value;
    node.at = location(mark);
    lines_.measure(node);
    bool plain = tag == "?" || (tag.starts_with("tag:yaml.org,2002:") && !tag.ends_with(":str"));
    node.quoted = !plain;
    node.kind = plain ? core_kind(value) : Node::Kind::kString;
    if (!is_key() && !literal_here()) substitute(node);
    finish(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::kSequence, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::kMapping, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override {
    merge(frames_.back());
    close();
  }

  Node take_root() { return std::move(root_); }
  int documents() const { return documents_; }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::size_t nodes_before = 0;
    bool literal = false;  // everything below stays without interpolation
    std::optional<Entry> pending;
    bool pending_is_merge = false, pending_is_lost = false;
    std::unordered_map<std::string, Location> keys;
    std::vector<Node> merged;
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 0;
  };

  Location location(const YAML::Mark& mark) const {
    return {source_, static_cast<std::uint32_t>(mark.line + 1),
            static_cast<std::uint32_t>(mark.column + 1), 1};
  }
  bool is_key() const {
    return !frames_.empty() && frames_.back().node.is_mapping() && !frames_.back().pending;
  }
  bool literal_here() const {
    if (frames_.empty()) return false;
    const Frame& top = frames_.back();
    return top.literal || (top.pending && stays_literal(top.pending->key));
  }
  void count(std::size_t more) {
    nodes_ += more;
    if (nodes_ > kMaxNodes) throw TooManyNodes{};
  }

  void substitute(Node& node) {
    if (!node.text.contains("${")) return;
    std::vector<std::string> problems;
    std::string text = interpolate(node.text, environment_, problems);
    for (std::string& each : problems) {
      report_.error(node.at, std::move(each), "set it, or give a default: ${NAME:-default}");
    }
    if (!problems.empty()) report_.silence(node.at);
    node.written = std::exchange(node.text, std::move(text));
    node.interpolated = true;
    node.text_column = 0;
    if (!node.quoted) node.kind = core_kind(node.text);
  }

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Frame frame;
    frame.literal = literal_here();
    frame.node.kind = kind;
    frame.node.at = location(mark);
    frame.anchor = anchor;
    frame.nodes_before = nodes_;
    frames_.push_back(std::move(frame));
  }
  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    finish(std::move(frame.node), frame.anchor, nodes_ - frame.nodes_before);
  }

  // A complete node takes its place: root, element, key or value.
  void finish(Node node, YAML::anchor_t anchor, std::size_t below = 0) {
    count(1);
    if (anchor != 0) anchors_[anchor] = {node, below + 1};
    if (frames_.empty()) {
      if (documents_ == 1) root_ = std::move(node);
    } else if (Frame& top = frames_.back(); top.node.is_sequence()) {
      top.node.elements.push_back(std::move(node));
    } else if (!top.pending) {
      take_key(top, std::move(node));
    } else {
      take_value(top, std::move(node));
    }
  }
  void take_key(Frame& top, Node node) {
    top.pending_is_merge = node.is_scalar() && !node.quoted && node.text == "<<";
    top.pending_is_lost = !node.is_scalar();
    if (top.pending_is_lost) report_.error(node.at, "a key must be text");
    if (!top.pending_is_merge && !top.pending_is_lost) {
      auto [first, fresh] = top.keys.emplace(node.text, node.at);
      if (!fresh) {
        top.pending_is_lost = true;
        report_.error(node.at, "'" + node.text + "' is there twice",
                      fmt::format("first in line {}", first->second.line));
      }
    }
    top.pending = Entry{std::move(node.text), node.at, {}};
  }
  void take_value(Frame& top, Node node) {
    Entry entry = *std::exchange(top.pending, std::nullopt);
    if (top.pending_is_lost) return;
    if (top.pending_is_merge) {
      top.merged.push_back(std::move(node));
      return;
    }
    if (node.is_null()) node.at = entry.key_at;
    entry.value = std::move(node);
    top.node.entries.push_back(std::move(entry));
  }
  // `<<: *base` or `<<: [*one, *two]`: own keys win, then the earlier mapping (the YAML merge key
  // type).
  void merge(Frame& top) {
    for (Node& each : top.merged) {
      if (each.is_mapping()) {
        merge_from(top, each);
      } else if (each.is_sequence()) {
        for (Node& element : each.elements) merge_from(top, element);
      } else {
        merge_from(top, each);
      }
    }
  }
  void merge_from(Frame& top, const Node& base) {
    if (!base.is_mapping()) {
      report_.error(base.at, "'<<' needs a mapping or a list of mappings");
      return;
    }
    for (const Entry& each : base.entries) {
      if (top.keys.emplace(each.key, each.key_at).second) top.node.entries.push_back(each);
    }
  }

  SourceId source_;
  const Environment& environment_;
  Report& report_;
  SourceLines lines_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
  Node root_;
};

void report_syntax_error(const YAML::Exception& thrown, SourceId source, Report& report) {
  Location at{source, 0, 0, 1};
  std::string hint;
  if (!thrown.mark.is_null()) {
    at.line = static_cast<std::uint32_t>(thrown.mark.line + 1);
    at.column = static_cast<std::uint32_t>(thrown.mark.column + 1);
    SourceLines lines(report, source);
    if (lines.line(at.line).contains("${")) {
      hint = "inside { } and [ ], write quotes around \"${NAME}\"";
    } else if (lines.line(at.line).contains('\t')) {
      hint = "indent with spaces, not with tabs";
    }
  }
  report.error(at, "this is not valid YAML: " + thrown.msg, std::move(hint));
}

}  // namespace

Node parse_yaml(SourceId source, const Environment& environment, Report& report) {
  TreeBuilder builder(source, environment, report);
  std::istringstream in{std::string(report.source_text(source))};
  try {
    YAML::Parser parser(in);
    while (builder.documents() < 2 && parser.HandleNextDocument(builder)) {
    }
  } catch (const TooManyNodes&) {
    report.error(Location{source, 0, 0, 1},
                 fmt::format("more than {} values (aliases count each time)", kMaxNodes),
                 "split the file");
  } catch (const YAML::Exception& thrown) {
    report_syntax_error(thrown, source, report);
  }
  return builder.take_root();
}

}  // namespace vaettir::schema
