// Answers of a target that name its own address are written back to the name the client used:
// Location, Content-Location and the Domain of cookies. Pure; new values lie in the arena.
#pragma once
#include <string_view>

#include "base/http/arena.h"
#include "base/http/headers.h"
#include "routes/url.h"

namespace vaettir::gateway {

// How the client reached us.
struct PublicName {
  std::string_view scheme;     // "https"
  std::string_view authority;  // "ocapistaine.localhost:8443"
  std::string_view host;       // "ocapistaine.localhost"
};

void write_back(http::Headers& answer, const routes::ServerUrl& target, const PublicName& name,
                http::Arena& arena);

// Origin names the host that the request was sent to: the page is the target's own.
bool origin_is_own(std::string_view origin_field, std::string_view request_authority);

}  // namespace vaettir::gateway
