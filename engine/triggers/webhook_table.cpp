#include "engine/triggers/webhook_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) { return segment.starts_with(':'); }

bool is_dynamic(std::string_view path) { return std::ranges::any_of(split(path), is_parameter); }

const WebhookPtr* with_method(const std::vector<WebhookPtr>& list, std::string_view method) {
  const auto found = std::ranges::find_if(
      list, [&](const WebhookPtr& webhook) { return webhook->setup.method == method; });
  return found == list.end() ? nullptr : &*found;
}

std::unexpected<Error> taken(const Webhook& wanted, const Webhook& other) {
  return fail(Cause::kBadRequest,
              fmt::format("{} /webhook/{} is taken by workflow '{}' ({}), node '{}'",
                          wanted.setup.method, wanted.setup.path, other.workflow->workflow().name(),
                          other.workflow->workflow().id(),
                          other.workflow->workflow().node(other.node).name));
}

}  // namespace

std::optional<std::string> webhook_path(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.find('%') == std::string_view::npos) return std::string(path);
  return percent_decode(path);
}

Result<> WebhookTable::add(WebhookPtr webhook) {
  const std::string& path = webhook->setup.path;
  std::vector<WebhookPtr>* list = nullptr;
  if (is_dynamic(path)) {
    const std::vector<std::string_view> segments = split(path);
    std::vector<Pattern>& patterns = patterns_[std::string(segments.front())];
    const auto same = [&](const Pattern& pattern) {
      // The names of parameters make no difference to what a pattern takes.
      return std::ranges::equal(pattern.segments, std::span(segments).subspan(1),
                                [](std::string_view a, std::string_view b) {
                                  return a == b || (is_parameter(a) && is_parameter(b));
                                });
    };
    auto pattern = std::ranges::find_if(patterns, same);
    if (pattern == patterns.end())
      pattern = patterns.insert(pattern, Pattern{{segments.begin() + 1, segments.end()}, {}});
    list = &pattern->webhooks;
  } else {
    list = &exact_[path];
  }
  if (const WebhookPtr* other = with_method(*list, webhook->setup.method))
    return taken(*webhook, **other);
  list->push_back(std::move(webhook));
  ++size_;
  return {};
}

void WebhookTable::remove(const WebhookPtr& webhook) {
  if (const auto found = exact_.find(webhook->setup.path); found != exact_.end()) {
    size_ -= std::erase(found->second, webhook);
    if (found->second.empty()) exact_.erase(found);
  }
  for (auto& [id, patterns] : patterns_) {
    for (Pattern& pattern : patterns) size_ -= std::erase(pattern.webhooks, webhook);
    std::erase_if(patterns, [](const Pattern& pattern) { return pattern.webhooks.empty(); });
  }
}

const WebhookTable::Pattern* WebhookTable::best(std::string_view path, std::string_view method,
                                                Params* params) const {
  const std::vector<std::string_view> segments = split(path);
  const auto found = patterns_.find(segments.front());
  if (found == patterns_.end()) return nullptr;
  const Pattern* best = nullptr;
  std::ptrdiff_t best_fixed = -1;
  for (const Pattern& pattern : found->second) {
    const bool fits =
        std::ranges::equal(pattern.segments, std::span(segments).subspan(1),
                           [](std::string_view wanted, std::string_view given) {
                             return is_parameter(wanted) ? !given.empty() : wanted == given;
                           });
    if (!fits || (!method.empty() && with_method(pattern.webhooks, method) == nullptr)) continue;
    const auto fixed = std::ranges::count_if(
        pattern.segments, [](std::string_view segment) { return !is_parameter(segment); });
    if (fixed > best_fixed) {
      best = &pattern;
      best_fixed = fixed;
    }
  }
  if (best == nullptr || params == nullptr) return best;
  // Names are those of the webhook that answers: patterns of two methods may name them differently.
  const std::vector<std::string_view> names =
      split((*with_method(best->webhooks, method))->setup.path);
  for (std::size_t at = 1; at < names.size(); ++at)
    if (is_parameter(names[at])) params->emplace_back(names[at].substr(1), segments[at]);
  return best;
}

WebhookTable::Found WebhookTable::find(std::string_view method, std::string_view path) const {
  Found result;
  if (const auto found = exact_.find(path); found != exact_.end())
    result.webhook = with_method(found->second, method);
  if (result.webhook == nullptr && !patterns_.empty())
    if (const Pattern* pattern = best(path, method, &result.params))
      result.webhook = with_method(pattern->webhooks, method);
  return result;
}

std::vector<std::string_view> WebhookTable::methods(std::string_view path) const {
  std::vector<std::string_view> methods;
  const auto collect = [&](const std::vector<WebhookPtr>& list) {
    for (const WebhookPtr& webhook : list)
      if (std::ranges::find(methods, webhook->setup.method) == methods.end())
        methods.push_back(webhook->setup.method);
  };
  if (const auto found = exact_.find(path); found != exact_.end()) collect(found->second);
  if (const Pattern* pattern = best(path, "", nullptr)) collect(pattern->webhooks);
  return methods;
}

}  // namespace vaettir::engine
