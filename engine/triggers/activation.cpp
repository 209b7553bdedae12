#include "engine/triggers/activation.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "engine/triggers/webhook_guard.h"

namespace vaettir::engine {
namespace {

Result<std::vector<WebhookPtr>> webhooks_of(const LoadedWorkflowPtr& workflow, NodeIndex index) {
  const PreparedNode& node = workflow->prepared->node(index);
  std::vector<WebhookPtr> webhooks;
  if (node.type() == nullptr || node.node().disabled) return webhooks;
  TRY(std::vector<WebhookSetup> setups, node.type()->webhooks(node));
  for (WebhookSetup& setup : setups) {
    if (setup.authentication != "none")
      return fail(Cause::kBadRequest,
                  fmt::format("node '{}' wants {}: credentials cannot be stored yet, and an open "
                              "webhook is not what its author meant",
                              node.node().name, setup.authentication));
    auto webhook = std::make_shared<Webhook>();
    auto networks = parse_networks(setup.ip_allow_list);
    if (!networks)
      return std::unexpected(std::move(networks).error().because(
          fmt::format("node '{}', ipWhitelist", node.node().name)));
    webhook->allowed = *std::move(networks);
    webhook->setup = std::move(setup);
    webhook->workflow = workflow;
    webhook->node = index;
    webhook->version = node.version();
    webhooks.push_back(std::move(webhook));
  }
  return webhooks;
}

// All webhooks of a workflow, or its problems.
void find_webhooks(Activated& activated, const LoadedWorkflowPtr& workflow) {
  for (NodeIndex node = 0; node < workflow->workflow().size(); ++node) {
    Result<std::vector<WebhookPtr>> found = webhooks_of(workflow, node);
    if (!found) {
      activated.problems.emplace_back(found.error().text());
      continue;
    }
    activated.webhooks.insert(activated.webhooks.end(), found->begin(), found->end());
  }
  if (activated.webhooks.empty() && activated.problems.empty())
    activated.problems.emplace_back("it has no trigger that can start it by itself (a Webhook)");
}

void register_webhooks(Activated& activated, WebhookTable& table) {
  for (const WebhookPtr& webhook : activated.webhooks)
    if (Result<> added = table.add(webhook); !added)
      activated.problems.emplace_back(added.error().text());
  // A workflow is active as a whole or not at all.
  if (!activated.problems.empty())
    for (const WebhookPtr& webhook : activated.webhooks) table.remove(webhook);
}

Activated activate_one(const WorkflowFile& file, const WorkflowPtr& workflow,
                       std::map<std::string, std::string>& ids, VersionCache& versions,
                       WebhookTable& table) {
  Activated activated{.file = file.path.string(),
                      .id = workflow->id(),
                      .name = workflow->name(),
                      .workflow = nullptr,
                      .webhooks = {},
                      .problems = {}};
  const LoadedWorkflowPtr loaded = versions.load(workflow);
  activated.problems = obstacles(*loaded->prepared);
  const auto [owner, fresh] = ids.try_emplace(workflow->id(), activated.file);
  if (!fresh)
    activated.problems.push_back(
        fmt::format("its id {} is that of {}", workflow->id(), owner->second));
  if (activated.problems.empty()) find_webhooks(activated, loaded);
  if (activated.problems.empty()) register_webhooks(activated, table);
  if (activated.problems.empty())
    activated.workflow = loaded;
  else
    activated.webhooks.clear();
  // The file is newer than what is served: worth a word, no reason to stop it.
  if (!file.problem.empty())
    activated.problems.push_back(
        fmt::format("the last version that could be read is used: {}", file.problem));
  return activated;
}

}  // namespace

Activation activate(const std::vector<const WorkflowFile*>& files, VersionCache& versions) {
  Activation activation;
  auto table = std::make_shared<WebhookTable>();
  std::map<std::string, std::string> ids;
  for (const WorkflowFile* file : files) {
    if (file->workflows.empty())
      activation.workflows.push_back({.file = file->path.string(),
                                      .id = {},
                                      .name = file->path.stem().string(),
                                      .workflow = nullptr,
                                      .webhooks = {},
                                      .problems = {file->problem}});
    for (const WorkflowPtr& workflow : file->workflows)
      activation.workflows.push_back(activate_one(*file, workflow, ids, versions, *table));
  }
  activation.table = std::move(table);
  return activation;
}

}  // namespace vaettir::engine
