// What GET /api/status shows.
#include "base/core/json.h"
#include "gateway/server/edge_state.h"

namespace vaettir::gateway {
namespace {

json::Value entry_point_rows(const Shared& shared) {
  std::vector<json::Value> rows;
  for (const Shared::BoundPort& each : shared.bound) {
    json::ObjectBuilder row;
    row.set("name", each.entry_point);
    row.set("address", each.address.to_text());
    row.set("tls", each.tls);
    row.set("plain", each.plain);
    rows.push_back(row.finish());
  }
  return json::Value::array(std::move(rows));
}

json::Value route_row(const routes::RouteTable& table, const routes::Route& route) {
  std::vector<json::Value> where, through;
  for (const auto id : route.entry_points) where.emplace_back(table[id].name);
  for (const auto id : route.middlewares) through.emplace_back(table[id].name);
  json::ObjectBuilder row;
  row.set("name", route.name);
  row.set("rule", route.rule.text());
  row.set("priority", route.priority);
  row.set("tls", route.tls.has_value());
  row.set("entry_points", json::Value::array(std::move(where)));
  row.set("middlewares", json::Value::array(std::move(through)));
  if (route.service) row.set("service", table[*route.service].name);
  row.set("status", route.disabled.empty() ? "enabled" : "disabled");
  if (!route.disabled.empty()) row.set("error", route.disabled);
  return row.finish();
}

}  // namespace

json::Value Edge::status() const { return state_->own_status(); }

json::Value Edge::State::own_status() const {
  const auto table = publisher.table();
  std::vector<json::Value> routes, names;
  for (const routes::Route& route : table->routes()) routes.push_back(route_row(*table, route));
  for (const routes::TlsName& name : table->tls_names()) names.emplace_back(name.name);
  json::ObjectBuilder out;
  out.set("generation", publisher.generation());
  out.set("serving", shared.serving.load());
  out.set("entry_points", entry_point_rows(shared));
  out.set("names", json::Value::array(std::move(names)));
  out.set("routes", json::Value::array(std::move(routes)));
  out.set("diagnostics", publisher.report().to_json());
  return out.finish();
}

json::Value Edge::State::whole_status() const {
  json::Value out = own_status();
  out = out.with("targets", targets.listed());
  if (!options.more_status) return out;
  const json::Value more = options.more_status();
  for (const json::Member& member : more.members()) out = out.with(member.key(), member.value);
  return out;
}

}  // namespace vaettir::gateway
