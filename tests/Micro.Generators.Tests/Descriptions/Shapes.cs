using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Micro.Generators.Descriptions;

#pragma warning disable MA0048, CA1051, CA1720 // shapes of messages that belong together, named after what they hold

public enum Color
{
    Red,
}

public abstract record Entity
{
    public Guid Id { get; init; }

    [JsonPropertyName("kind_of")]
    public virtual string Kind { get; init; } = "";

    [JsonIgnore]
    public virtual string Secret { get; init; } = "";

    public string? Hidden { get; init; }
}

/// <summary>Positional, derived, with overridden and hidden properties, fields and names.</summary>
public sealed record Everything(string Name, int Count, long? Maybe) : Entity
{
    [JsonInclude]
    public int Field;

    public int Plain;

    public override string Kind { get; init; } = "";

    public override string Secret { get; init; } = "";

    public new int Hidden { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sometimes { get; init; }

    public string URLPath { get; init; } = "";

    public int X { get; init; }

    public int ID { get; init; }

    public int AB1 { get; init; }

    public int @class { get; init; }

    public int WriteOnly
    {
        set => Field = value;
    }

    public int ReadPrivate { private get; set; }

    public static int Shared => 1;

    public int this[int index] => index;

    internal int Inner { get; init; }

    public Scalars Scalars { get; init; } = new();

    public Lists Lists { get; init; } = new();

    public Everything? Again { get; init; }

    public Box<Color?, List<Box<int, string>>> Boxed { get; init; } = new();

    public IReadOnlyEntity? Face { get; init; }

    public Point Point { get; init; }

    public Point? MaybePoint { get; init; }
}

public sealed class Scalars
{
    public bool Boolean { get; set; }

    public sbyte SByte { get; set; }

    public byte Byte { get; set; }

    public short Short { get; set; }

    public ushort UShort { get; set; }

    public uint UInt { get; set; }

    public ulong ULong { get; set; }

    public float Float { get; set; }

    public double Double { get; set; }

    public decimal Decimal { get; set; }

    public char Char { get; set; }

    public DateTime DateTime { get; set; }

    public DateTimeOffset? Offset { get; set; }

    public TimeSpan Span { get; set; }

    public DateOnly Date { get; set; }

    public TimeOnly Time { get; set; }

    public Uri? Uri { get; set; }

    public Version? Version { get; set; }

    public Color Color { get; set; }

    public object? Anything { get; set; }

    public JsonElement Element { get; set; }

    public JsonObject? Node { get; set; }

    public Memory<byte> Memory { get; set; }

    public ReadOnlyMemory<byte>? MaybeMemory { get; set; }
}

public sealed class Lists
{
    public byte[] Bytes { get; set; } = [];

    public string[][] Jagged { get; set; } = [];

    public List<Entity> Entities { get; set; } = [];

    public IReadOnlyList<int?> Numbers { get; set; } = [];

    public HashSet<Color> Colors { get; set; } = [];

    public Dictionary<string, List<Point>> Map { get; set; } = [];

    public IReadOnlyDictionary<int, string> ReadOnlyMap { get; set; } = new Dictionary<int, string>();

    public IEnumerable<object> Objects { get; set; } = [];
}

public sealed class Box<TKey, TValue>
{
    public TKey? Key { get; set; }

    public TValue? Value { get; set; }
}

public interface IReadOnlyEntity : IFormattable
{
    string Name { get; }
}

public readonly record struct Point(double X, double Y);
