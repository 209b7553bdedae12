#include "engine/model/workflow.h"

#include <openssl/sha.h>

#include "base/core/text.h"

namespace vaettir::engine {

std::optional<NodeIndex> Workflow::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::uint32_t Workflow::inputs(NodeIndex node) const {
  return incoming_[node].empty() ? 1 : incoming_[node].back().input + 1;
}

namespace {

// Walks back from `node`, nearest nodes first; the first edge that leaves `ancestor`.
const Edge* edge_from(const Workflow& workflow, NodeIndex ancestor, NodeIndex node) {
  std::vector<bool> seen(workflow.size());
  std::deque<NodeIndex> open{node};
  seen[node] = true;
  while (!open.empty()) {
    const NodeIndex at = open.front();
    open.pop_front();
    for (const Edge& edge : workflow.incoming(at)) {
      if (edge.source == ancestor) return &edge;
      if (!seen[edge.source]) {
        seen[edge.source] = true;
        open.push_back(edge.source);
      }
    }
  }
  return nullptr;
}

}  // namespace

bool Workflow::is_ancestor(NodeIndex ancestor, NodeIndex node) const {
  return edge_from(*this, ancestor, node) != nullptr;
}

std::uint32_t Workflow::output_towards(NodeIndex ancestor, NodeIndex node) const {
  const std::vector<Edge>& edges = outgoing_[ancestor];
  if (edges.empty()) return 0;
  if (edges.front().output == edges.back().output) return edges.front().output;
  const Edge* edge = edge_from(*this, ancestor, node);
  return edge ? edge->output : 0;
}

const Items* Workflow::pinned(NodeIndex node) const {
  const auto found = pinned_.find(node);
  return found == pinned_.end() ? nullptr : &found->second;
}

namespace {

std::string sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace

std::string stable_id(std::string_view text) {
  constexpr std::size_t kBytes = 12;  // 16 characters of base64url, n8n's length of an id
  return base64url_encode(std::string_view(sha256(text)).substr(0, kBytes));
}

std::string content_hash(std::string_view text) { return to_hex(sha256(text)); }

}  // namespace vaettir::engine
