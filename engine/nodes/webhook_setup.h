// WebhookSetup: what a Webhook node asks its trigger to register, and what a Respond to Webhook
// node answers. Values.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vaettir::engine {

enum class ResponseMode : std::uint8_t { kOnReceived, kLastNode, kResponseNode };
enum class ResponseData : std::uint8_t { kFirstEntryJson, kAllEntries, kFirstEntryBinary, kNoData };

struct WebhookSetup {
  std::string method;
  std::uint32_t output = 0;  // of the Webhook node: one for each method with multipleMethods
  // Without a leading slash; "" never. With ":name" segments it begins with the webhook id.
  std::string path;
  std::string authentication = "none";  // basicAuth, headerAuth, jwtAuth, ...
  ResponseMode response_mode = ResponseMode::kOnReceived;
  ResponseData response_data = ResponseData::kFirstEntryJson;
  std::uint16_t response_code = 200;
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::string response_text;          // onReceived: sent instead of our own sentence; may be empty
  bool no_response_body = false;      // onReceived
  std::string response_property;      // lastNode, first entry: this field alone (dotted path)
  std::string response_content_type;  // lastNode, first entry
  std::string response_binary_property = "data";
  bool raw_body = false;
  std::string binary_property = "data";
  std::string allowed_origins = "*";
  std::string ip_allow_list;  // addresses and networks, separated by commas
  bool ignore_bots = false;
};

// A whole answer to the webhook's caller.
struct WebhookAnswer {
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Type included
  std::string body;
};

// Who answers the caller of a webhook. Implemented by the trigger's side; the executor decides when
// the answer leaves (after the journal is committed).
class Responder {
 public:
  virtual ~Responder() = default;
  // The first answer counts; false: there was one already, or nobody waits any more.
  virtual bool respond(WebhookAnswer answer) = 0;
};

}  // namespace vaettir::engine
