// Middlewares: validated by the catalog; chains are resolved here, so nobody else knows them.
#include <algorithm>
#include <array>

#include "base/core/text.h"
#include "routes/loader.h"

namespace vaettir::routes {
namespace {

// Types that Traefik has, or that we will have, and a catalog may not hold yet.
constexpr std::array<std::string_view, 31> kKnownTypes = {"addPrefix",
                                                          "stripPrefix",
                                                          "stripPrefixRegex",
                                                          "replacePath",
                                                          "replacePathRegex",
                                                          "chain",
                                                          "ipAllowList",
                                                          "headers",
                                                          "errors",
                                                          "rateLimit",
                                                          "inFlightReq",
                                                          "basicAuth",
                                                          "digestAuth",
                                                          "forwardAuth",
                                                          "redirectScheme",
                                                          "redirectRegex",
                                                          "compress",
                                                          "retry",
                                                          "circuitBreaker",
                                                          "buffering",
                                                          "contentType",
                                                          "passTLSClientCert",
                                                          "grpcWeb",
                                                          "encodedCharacters",
                                                          "geoAllow",
                                                          "geoBlock",
                                                          "maintenance",
                                                          "webhookSignature",
                                                          "apiKey",
                                                          "jwt",
                                                          "oidc"};

struct ChainSettings {
  std::vector<Located<std::string>> middlewares;
  template <class V>
  void fields(V& v) {
    v("middlewares", middlewares, "Run in this order", schema::required, schema::non_empty);
  }
};

bool is_known(std::string_view type) {
  return std::any_of(kKnownTypes.begin(), kKnownTypes.end(),
                     [&](std::string_view each) { return equal_ignoring_case(each, type); });
}

}  // namespace

void Loader::make_middlewares() {
  for (const File& file : files_) {
    for (const auto& each : file.settings.http.middlewares) {
      if (claim(middleware_names_, "middleware", each.name, each.at)) {
        make_middleware(each.name, each.at, each.value);
      }
    }
  }
}

void Loader::make_middleware(const std::string& name, Location at, const Node& node) {
  Defined& defined = middlewares_[name];
  defined.at = at;
  defined.unavailable = fmt::format("middleware '{}' is not valid", name);
  if (!node.is_mapping() || node.entries.size() != 1) {
    report_.error(at, fmt::format("middleware '{}' must have exactly one type", name),
                  node.is_mapping() && node.entries.size() > 1
                      ? fmt::format("'{}' and '{}' need names of their own", node.entries[0].key,
                                    node.entries[1].key)
                      : "such as 'stripPrefix: { prefixes: [/api] }'");
    return;
  }
  const schema::Entry& type = node.entries[0];
  schema::Owner owner{fmt::format("'{}'", type.key), type.key_at,
                      fmt::format("middleware '{}': ", name)};
  if (equal_ignoring_case(type.key, "chain")) return make_chain(defined, type.value, owner);
  if (const schema::CatalogEntry* entry = input_.middlewares.find(type.key)) {
    schema::Settings settings = entry->read(type.value, report_, owner);
    if (!settings) return;
    defined.unavailable.clear();
    defined.id = static_cast<MiddlewareId>(data_.middlewares.size());
    data_.middlewares.push_back({name + "@file", std::move(settings), at});
    return;
  }
  if (equal_ignoring_case(type.key, "plugin")) {
    report_.isolated_error(type.key_at, "plugins are not supported",
                           "instead use the built-in middlewares; routers that use it answer 503");
  } else if (equal_ignoring_case(type.key, "ipWhiteList")) {
    report_.isolated_error(type.key_at, "'ipWhiteList' is not supported",
                           "instead write 'ipAllowList'; routers that use it answer 503");
  } else if (is_known(type.key)) {
    report_.notice(type.key_at, fmt::format("'{}' is not yet supported", type.key),
                   std::string(kRoutersDisabled));
  } else {
    std::vector<std::string_view> known(kKnownTypes.begin(), kKnownTypes.end());
    for (const schema::CatalogEntry* each : input_.middlewares.entries()) {
      known.push_back(each->name);
    }
    auto meant = nearest(type.key, known);
    report_.error(type.key_at,
                  fmt::format("middleware '{}': there is no type '{}'", name, type.key),
                  meant ? fmt::format("did you mean '{}'?", *meant) : "");
    return;
  }
  defined.unavailable =
      fmt::format("middleware '{}' uses '{}', which is not yet supported", name, type.key);
}

void Loader::make_chain(Defined& defined, const Node& node, const schema::Owner& owner) {
  ChainSettings settings;
  if (!schema::read(node, settings, report_, owner)) return;
  defined.unavailable.clear();
  defined.is_chain = true;
  defined.members = std::move(settings.middlewares);
}

Loader::Chain Loader::resolve(const std::vector<Located<std::string>>& names,
                              std::string_view whose) {
  Chain out;
  for (const Located<std::string>& each : names) resolve_one(each, whose, out);
  return out;
}

void Loader::resolve_one(const Located<std::string>& name, std::string_view whose, Chain& out) {
  auto [bare, provider] = split_name(name.value);
  auto found = middlewares_.find(bare);
  if ((!provider.empty() && provider != "file") || found == middlewares_.end()) {
    return missing_middleware(name, whose, out);
  }
  Defined& defined = found->second;
  if (!defined.unavailable.empty()) {
    out.reasons.push_back(defined.unavailable);
  } else if (!defined.is_chain) {
    out.ids.push_back(*defined.id);
  } else if (defined.resolving) {
    report_.isolated_error(name.at, fmt::format("chain '{}' contains itself", bare));
    out.reasons.push_back(fmt::format("chain '{}' contains itself", bare));
  } else {
    defined.resolving = true;
    for (const Located<std::string>& each : defined.members) {
      resolve_one(each, fmt::format("chain '{}'", bare), out);
    }
    defined.resolving = false;
  }
}

void Loader::missing_middleware(const Located<std::string>& name, std::string_view whose,
                                Chain& out) {
  auto [bare, provider] = split_name(name.value);
  out.reasons.push_back(fmt::format("middleware '{}' does not exist", name.value));
  if (!provider.empty() && provider != "file") {
    report_.isolated_error(name.at,
                           fmt::format("{}: middleware '{}' does not exist", whose, name.value),
                           fmt::format("middlewares of provider '{}' are not yet supported; "
                                       "the router answers 503",
                                       provider));
    return;
  }
  if (incomplete_) return;
  std::vector<std::string_view> known;
  for (const auto& [each, unused] : middlewares_) known.push_back(each);
  auto meant = nearest(bare, known);
  report_.isolated_error(name.at,
                         fmt::format("{}: middleware '{}' does not exist", whose, name.value),
                         meant ? fmt::format("did you mean '{}'?", *meant) : "");
}

}  // namespace vaettir::routes
