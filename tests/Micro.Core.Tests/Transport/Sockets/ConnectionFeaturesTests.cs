namespace Micro.Transport.Sockets;

public sealed class ConnectionFeaturesTests
{
    private readonly ConnectionFeatures _features = new();

    [Fact]
    public void Set_MoreThanUsual_AllAreFound()
    {
        var types = new[] { typeof(int), typeof(long), typeof(byte), typeof(short), typeof(char), typeof(bool), typeof(float), typeof(double) };
        foreach (var type in types)
        {
            _features[type] = type.Name;
        }

        types.Should().OnlyContain(type => (string?)_features[type] == type.Name);
        _features.Select(static feature => feature.Key).Should().BeEquivalentTo(types);
    }

    [Fact]
    public void Set_Again_Replaces()
    {
        _features.Set("one");
        var revision = _features.Revision;
        _features.Set("two");

        _features.Get<string>().Should().Be("two");
        _features.Should().ContainSingle();
        _features.Revision.Should().BeGreaterThan(revision);
    }

    [Fact]
    public void Set_Null_RemovesThatOneOnly()
    {
        _features.Set("text");
        _features.Set(new object());
        _features.Set(new Version());

        _features.Set<string>(null);
        _features.Set<Uri>(null);

        _features.Get<string>().Should().BeNull();
        _features.Get<Version>().Should().NotBeNull();
        _features.Should().HaveCount(2);
    }
}
