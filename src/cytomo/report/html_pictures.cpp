// Slices and the 3D view of the page, and the objects that can be pointed at in both.
#include <algorithm>
#include <map>

#include "cytomo/core/parallel.h"
#include "cytomo/core/slice_text.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/html_parts.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/packed_mesh.h"

namespace cytomo::page {

namespace {

/// A bar of a round length, as a part of the picture's width: it stays right at any size.
std::string scale_bar(double width_um) {
    const ScaleBar bar = choose_scale_bar(width_um, 0.3);
    if (!(bar.pixels > 0)) return "";
    return "<span class=\"scale\" style=\"width:" + short_number(100 * bar.pixels, 6) + "%\">" + bar.label +
           "</span>";
}

std::string map_text(const SliceObjects& map) {
    if (map.empty()) return "";
    return "<script type=\"application/octet-stream\" class=\"objects\" data-width=\"" +
           std::to_string(map.width) + "\" data-height=\"" + std::to_string(map.height) + "\">" +
           base64(packed(map)) + "</script>";
}

std::string slice_figure(const SliceView& slice, bool shown) {
    std::string out = "<div class=\"slice\"" + std::string(shown ? "" : " hidden") +
                      "><div class=\"stack\" style=\"--aspect:" +
                      short_number(static_cast<double>(slice.grey.width) / slice.grey.height, 5) +
                      "\"><img alt=\"" + escaped(slice.caption) + "\" src=\"" +
                      png_source(png_bytes(slice.grey)) + "\">";
    if (!slice.overlay.empty())
        out += "<img class=\"overlay\" alt=\"\" src=\"" + png_source(png_bytes(slice.overlay)) + "\">";
    return out + map_text(slice.objects) + scale_bar(slice.width_um) + "</div><figcaption>" +
           escaped(slice.caption) + "</figcaption></div>";
}

/// Wider than 1 : 0.35: three of them side by side would be strips.
bool is_wide(const PlaneView& view) {
    const Image& first = view.slices.front().grey;
    return first.height < 0.35 * first.width;
}

/// Three planes of a flat volume: both views from the side find room beside the one from above.
bool is_flat(const std::vector<PlaneView>& planes) {
    if (planes.size() != 3 || planes[0].plane != Plane::xy) return false;
    std::vector<double> heights;  // over widths
    for (const PlaneView& view : planes) {
        if (view.slices.empty()) return false;
        const Image& first = view.slices.front().grey;
        heights.push_back(static_cast<double>(first.height) / first.width);
    }
    return heights[1] + heights[2] < heights[0] + 0.2 && std::min(heights[1], heights[2]) > 0.1;
}

std::string plane_figure(const PlaneView& view, const std::vector<std::string>& slices) {
    std::string out = "<figure class=\"plane" + std::string(is_wide(view) ? " wide" : "") +
                      "\"><button type=\"button\" class=\"enlarge\">enlarge</button>";
    for (const auto& slice : slices) out += slice;
    if (slices.size() > 1)
        out += "<input type=\"range\" class=\"choose\" aria-label=\"slice of the " + name(view.plane) +
               " plane\" min=\"0\" max=\"" + std::to_string(slices.size() - 1) + "\" value=\"" +
               std::to_string(view.shown) + "\">";
    return out + "</figure>\n";
}

std::string triple(const std::array<float, 3>& v) {
    return short_number(v[0], 9) + "," + short_number(v[1], 9) + "," + short_number(v[2], 9);
}

/// "17:240,18:300": objects and their numbers of triangles.
std::string parts_text(const std::vector<ObjectTriangles>& parts) {
    std::string out;
    for (const auto& p : parts)
        out += (out.empty() ? "" : ",") + std::to_string(p.object) + ":" + std::to_string(p.triangles);
    return out;
}

}  // namespace

std::string slices_part(const Report& report, const Progress& progress) {
    std::vector<const SliceView*> all;
    std::vector<bool> shown;
    for (const auto& view : report.planes)
        for (std::size_t s = 0; s < view.slices.size(); ++s) {
            all.push_back(&view.slices[s]);
            shown.push_back(s == view.shown);
        }
    std::vector<std::string> texts(all.size());
    progress.check();
    parallel_for(static_cast<std::int64_t>(all.size()), [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        texts[at] = slice_figure(*all[at], shown[at]);
    });
    std::string out =
        report.planes_hint.empty() ? "" : "<p class=\"hint\">" + escaped(report.planes_hint) + "</p>\n";
    if (std::any_of(all.begin(), all.end(), [](const SliceView* s) { return !s->overlay.empty(); }))
        out +=
            "<p class=\"controls\"><label><input type=\"checkbox\" id=\"show-overlay\" checked> show "
            "classes</label> "
            "<label>opacity <input type=\"range\" id=\"overlay-opacity\" min=\"0\" max=\"1\" step=\"0.05\" "
            "value=\"1\"></label></p>" +
            legend_list(report.legend);
    if (std::any_of(all.begin(), all.end(), [](const SliceView* s) { return !s->objects.empty(); }))
        out +=
            "<p class=\"hint\">These slices show most of the objects. Point at an object for its number; a "
            "click "
            "chooses it everywhere on the page.</p>\n";
    out += "<div class=\"planes" + std::string(is_flat(report.planes) ? " flat" : "") + "\">";
    auto first = texts.begin();
    for (const auto& view : report.planes) {
        const auto last = first + static_cast<std::ptrdiff_t>(view.slices.size());
        if (first != last) out += plane_figure(view, std::vector<std::string>(first, last));
        first = last;
    }
    return out + "</div><p class=\"hint\">" + escaped(how_slices_count) + "</p>\n";
}

std::string viewer_part(const std::vector<ColouredMesh>& meshes, bool objects, const Progress& progress) {
    std::string out =
        "<div id=\"viewer\"><canvas tabindex=\"0\" aria-label=\"3D view of the surfaces\"></canvas>"
        "<div id=\"viewer-panel\"></div><div id=\"viewer-tag\" hidden></div>"
        "<div id=\"viewer-scale\"><span></span></div><p id=\"viewer-wheel\" hidden>Ctrl and wheel zoom, or "
        "the wheel "
        "alone after a click into the view</p><p id=\"viewer-message\">This part needs JavaScript.</p></div>"
        "<p class=\"hint\">Drag to turn, Shift and drag (or two fingers) to move. To zoom: Ctrl and wheel, "
        "or click "
        "into the view first, then the wheel alone (until the pointer leaves); or pinch, or + and −. Double "
        "click to "
        "start again.";
    if (objects) out += " Point at an object for its number; a click chooses it everywhere on the page.";
    out += " The scale bar holds in the plane of the screen at any depth.</p>\n";
    const auto light = vertex_sky_light(meshes, 64, progress);
    for (std::size_t m = 0; m < meshes.size(); ++m) {
        const auto& mesh = meshes[m];
        if (mesh.mesh.empty()) continue;
        const PackedMesh p = packed(mesh.mesh, light[m]);
        const char* look = mesh.look == Look::opaque  ? "opaque"
                           : mesh.look == Look::glass ? "glass"
                                                      : "translucent";
        out += "<script type=\"application/octet-stream\" class=\"mesh\" data-name=\"" + escaped(mesh.name) +
               "\" data-colour=\"" + std::to_string(mesh.colour[0]) + "," + std::to_string(mesh.colour[1]) +
               "," + std::to_string(mesh.colour[2]) + "\" data-look=\"" + look + "\" data-vertices=\"" +
               std::to_string(p.vertices) + "\" data-triangles=\"" + std::to_string(p.triangles) +
               "\" data-low=\"" + triple(p.low_um) + "\" data-size=\"" + triple(p.size_um) +
               (mesh.parts.empty() ? "" : "\" data-parts=\"" + parts_text(mesh.parts)) + "\">" +
               base64(p.bytes) + "</script>\n";
    }
    return out;
}

std::string objects_part(const Report& report) {
    if (report.objects.empty()) return "";
    std::map<std::string, std::size_t> classes;
    std::vector<std::string> names;
    std::string lines;
    for (const auto& o : report.objects) {
        const auto [place, added] = classes.emplace(o.class_name, names.size());
        if (added) names.push_back(o.class_name);
        lines += std::to_string(o.number) + " " + std::to_string(place->second) + " " +
                 short_number(o.volume_um3) + " " + short_number(o.centre_um.x, 5) + " " +
                 short_number(o.centre_um.y, 5) + " " + short_number(o.centre_um.z, 5) + "\n";
    }
    std::string out = "<ul id=\"object-classes\" hidden>";
    for (const auto& name : names)
        out += "<li data-colour=\"" + colour_of(report.legend, name) + "\">" + escaped(name) + "</li>";
    return out + "</ul>\n<script type=\"text/plain\" id=\"object-list\">" + lines +
           "</script>\n<div id=\"object-tip\" hidden></div>\n<div id=\"object-bar\" role=\"status\" "
           "hidden></div>\n";
}

}  // namespace cytomo::page
