#include "json.h"

#include <cstdio>

namespace mirrored {

std::string json_text(const std::string& value) {
    std::string json = "\"";
    for (const char character : value) {
        if (character == '"' || character == '\\') {
            json += '\\';
            json += character;
        } else if (static_cast<unsigned char>(character) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", character);
            json += escaped;
        } else {
            json += character;
        }
    }
    return json + '"';
}

std::string json_list(const std::vector<std::string>& values) {
    std::string json = "[";
    for (const auto& value : values) {
        json += (json.size() > 1 ? "," : "") + json_text(value);
    }
    return json + ']';
}

std::string json_list(const std::vector<int64_t>& values) {
    std::string json = "[";
    for (const auto value : values) {
        json += (json.size() > 1 ? "," : "") + std::to_string(value);
    }
    return json + ']';
}

}  // namespace mirrored
