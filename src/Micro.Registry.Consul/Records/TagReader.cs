using System.Buffers;
using System.Text;
using System.Text.Json;
using Micro.Basics;
using Micro.Registry.Kit;

namespace Micro.Registry.Consul.Records;

/// <summary>
/// Reads go-micro's tags. A kind is packed (<c>t-</c>) or, from very old versions, plain (<c>t=</c>), never mixed: the
/// first form that decodes counts. Tags of other tools may look alike, so one that does not decode is left out.
/// </summary>
internal sealed class TagReader
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly Dictionary<char, char> _forms = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<Endpoint> _endpoints = [];
    private IReadOnlyDictionary<string, string> _serviceMetadata = Labels.Empty;

    /// <summary>The version; <see langword="null"/> when no tag holds one, which means that go-micro did not write the entry.</summary>
    public string? Version { get; private set; }

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public IReadOnlyDictionary<string, string> ServiceMetadata => _serviceMetadata;

    public IReadOnlyList<Endpoint> Endpoints => _endpoints;

    /// <summary>Gets the problem of a tag in go-micro's format; <see langword="null"/> if there is none.</summary>
    public string? Problem { get; private set; }

    public static TagReader Read(IEnumerable<string?>? tags)
    {
        var reader = new TagReader();
        foreach (var tag in tags ?? [])
        {
            if (tag is { Length: > 2 } && tag[1] is '-' or '=' && tag[0] is 't' or 'e' or 'v' or 'm')
            {
                reader.Add(tag);
            }
        }

        return reader;
    }

    private void Add(string tag)
    {
        var (kind, form) = (tag[0], tag[1]);
        if (_forms.TryGetValue(kind, out var first) && first != form)
        {
            return;
        }

        var text = Encoding.UTF8.GetBytes(tag, 2, tag.Length - 2);
        var content = text;
        if (form == '-' && !RecordCompression.TryUnpack(text, out content))
        {
            // Hex digits that begin like zlib are meant for us; anything else is a tag of another tool.
            if (tag.AsSpan(2).StartsWith("78", StringComparison.Ordinal) && tag.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0)
            {
                Problem = $"the tag {tag[..Math.Min(tag.Length, 24)]}… is malformed or too large";
            }

            return;
        }

        if (Store(kind, content))
        {
            _forms[kind] = form;
        }
        else if (form == '-')
        {
            Problem = $"the tag {tag[..Math.Min(tag.Length, 24)]}… holds no readable record";
        }
    }

    private bool Store(char kind, byte[] content)
    {
        switch (kind)
        {
            case 'v':
                Version ??= Encoding.UTF8.GetString(content);
                return true;
            case 'e' when _endpoints.Count < ServiceRecordRules.MaxEndpoints && RecordJsonReader.TryReadEndpoint(content, out var endpoint):
                _endpoints.Add(endpoint);
                return true;
            case 't' when TryReadMap(content, out var pairs):
                foreach (var (key, value) in pairs)
                {
                    _metadata[key] = value;
                }

                return true;
            case 'm' when TryReadMap(content, out var pairs):
                _serviceMetadata = pairs;
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadMap(byte[] content, out Dictionary<string, string> map)
    {
        map = new Dictionary<string, string>(StringComparer.Ordinal);
        return RecordJsonReader.TryReadDocument(content, map, ReadPair, out _);
    }

    private static void ReadPair(ref Utf8JsonReader reader, string name, ref Dictionary<string, string> map) =>
        map[name] = RecordJsonReader.ReadString(ref reader);
}
