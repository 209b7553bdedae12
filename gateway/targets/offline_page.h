// The page a browser gets when a target cannot be reached: the target's own file (offlinePage) or
// the built-in one, which says what failed and looks again by itself. Programs get the problem
// document instead.
#pragma once
#include <string>
#include <string_view>

#include "base/core/cause.h"

namespace vaettir::gateway {

class Exchange;

// true: the reply is filled. false: no target, no browser, or a cause that is not the target's.
bool render_offline_page(Exchange& ex, bool trusted);

struct OfflineFacts {
  std::string_view target;
  Cause cause;
  std::string_view request_id;
  std::string_view detail;  // shown when trusted
  bool trusted = false;
  bool may_repeat = false;  // a GET: the page may look again by itself
};
std::string built_in_offline_page(const OfflineFacts& facts);
// `${VAETTIR_TARGET}`, `${VAETTIR_CAUSE}`, `${VAETTIR_SENTENCE}` and `${VAETTIR_REQUEST_ID}` of a
// page are filled in, escaped; everything else stays as it is written.
std::string filled_in(std::string_view page, const OfflineFacts& facts);

}  // namespace vaettir::gateway
