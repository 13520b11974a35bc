using Google.Protobuf.Reflection;

namespace Micro.Contracts.Model;

/// <summary>Where things stand in a <c>.proto</c> file, and the comments above them.</summary>
internal sealed class SourceInfo
{
    private readonly Dictionary<string, SourceCodeInfo.Types.Location> _locations = new(StringComparer.Ordinal);

    public SourceInfo(FileDescriptorProto file)
    {
        foreach (var location in file.SourceCodeInfo?.Location ?? [])
        {
            _locations.TryAdd(string.Join('.', location.Path), location);
        }
    }

    /// <summary>Path of a service (field 6 of a file), see descriptor.proto.</summary>
    public static string PathOf(int service) => $"6.{service}";

    /// <summary>Path of a method (field 2 of a service).</summary>
    public static string PathOf(int service, int method) => $"6.{service}.2.{method}";

    /// <summary>Line and column, from 1.</summary>
    public (int Line, int Column) PositionOf(string path) =>
        _locations.TryGetValue(path, out var location) && location.Span.Count >= 2 ? (location.Span[0] + 1, location.Span[1] + 1) : (1, 1);

    /// <summary>The comment above, or else behind, line by line.</summary>
    public IReadOnlyList<string> CommentOf(string path)
    {
        if (!_locations.TryGetValue(path, out var location))
        {
            return [];
        }

        var text = location.LeadingComments.Length > 0 ? location.LeadingComments : location.TrailingComments;
        return text.ReplaceLineEndings("\n").Trim() is { Length: > 0 } comment
            ? [.. comment.Split('\n').Select(line => line.Trim())]
            : [];
    }
}
