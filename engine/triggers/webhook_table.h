// WebhookTable: which webhook answers a method and a path (facts/n8n.md 6.1). Built whenever the
// set of active workflows changes, then immutable: every edge loop holds the current one.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/net/address.h"
#include "engine/executor/loaded_workflow.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

// One registered method and path of one Webhook node.
struct Webhook {
  WebhookSetup setup;
  LoadedWorkflowPtr workflow;
  NodeIndex node = 0;
  double version = 1;                 // of the node's type
  std::vector<net::Network> allowed;  // clients; empty: all
};
using WebhookPtr = std::shared_ptr<const Webhook>;

// "a/b c" of "/a/b%20c/": decoded, without slashes at its ends. nullopt: a broken escape.
std::optional<std::string> webhook_path(std::string_view path);

class WebhookTable {
 public:
  // Errors (bad_request): the method and path are taken, by which workflow; nothing was added.
  Result<> add(WebhookPtr webhook);
  void remove(const WebhookPtr& webhook);  // if it is there

  using Params = std::vector<std::pair<std::string, std::string>>;
  struct Found {
    const WebhookPtr* webhook = nullptr;  // nullptr: none
    Params params;                        // of ":name" segments
  };
  // `path` as webhook_path() gives it. An exact path wins over one with parameters.
  Found find(std::string_view method, std::string_view path) const;
  // Methods registered for the path, in order of registration.
  std::vector<std::string_view> methods(std::string_view path) const;
  std::size_t size() const { return size_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class T>
  using ByText = std::unordered_map<std::string, std::vector<T>, Hash, std::equal_to<>>;
  struct Pattern {
    std::vector<std::string> segments;  // behind the webhook id
    std::vector<WebhookPtr> webhooks;   // by method
  };
  // The pattern that fits best: the one with most fixed segments.
  const Pattern* best(std::string_view path, std::string_view method, Params* params) const;

  ByText<WebhookPtr> exact_;  // by path
  ByText<Pattern> patterns_;  // by webhook id
  std::size_t size_ = 0;
};

}  // namespace vaettir::engine
