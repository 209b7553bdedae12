#include "app/admin_client.h"

#include <curl/curl.h>

#include <memory>

namespace vaettir::app {
namespace {

// `target set` answers when every loop uses the new address, a reload when every loop has the new
// table: both well under a second unless the program is stuck.
constexpr long kAnswerSeconds = 30;
constexpr std::size_t kMaxAnswerBytes = 64 << 20;  // the status of thousands of routes, with room

std::size_t collect(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& text = *static_cast<std::string*>(into);
  if (text.size() + size * count > kMaxAnswerBytes) return 0;
  text.append(bytes, size * count);
  return size * count;
}

Error explained(CURLcode code, const std::filesystem::path& socket) {
  if (code == CURLE_COULDNT_CONNECT) {
    return Error(Cause::kConnectRefused,
                 fmt::format("no running Vaettir answers on {}; start 'vaettir serve', or name its "
                             "directory with --data",
                             socket.string()));
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Error(Cause::kUpstreamTimeout,
                 fmt::format("the running program did not answer within {} s", kAnswerSeconds));
  }
  return Error(Cause::kUpstreamBadResponse, curl_easy_strerror(code));
}

}  // namespace

Result<AdminAnswer> ask_admin(const std::filesystem::path& data, std::string_view method,
                              std::string_view path, std::string_view json_body) {
  const std::filesystem::path socket = data / "admin.sock";
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return fail(Cause::kInternal, "cannot start libcurl");
  const std::string url = "http://localhost" + std::string(path);
  const std::string verb(method);
  std::string text;
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> freed(headers, curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, verb.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kAnswerSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &text);
  if (!json_body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(json_body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, std::string(json_body).c_str());
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return std::unexpected(explained(code, socket));
  AdminAnswer answer;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  if (auto parsed = json::parse(text)) answer.body = *std::move(parsed);
  return answer;
}

std::string problem_text(const AdminAnswer& answer) {
  std::string text(answer.body["detail"].string_or(answer.body["title"].string_or("")));
  if (text.empty()) text = fmt::format("the running program answered {}", answer.status);
  const std::string_view remedy = answer.body["remedy"].string_or("");
  if (!remedy.empty()) text += "\n" + std::string(remedy);
  return text;
}

}  // namespace vaettir::app
