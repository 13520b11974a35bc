using System.Reflection;
using Micro.Authentication;
using Micro.Registry;
using Micro.Registry.Consul;
using Micro.Registry.Etcd;
using Micro.Registry.Mdns;
using Micro.Selection;
using Micro.Transport.Grpc;
using Microsoft.Extensions.Logging;

namespace Micro.Tests;

/// <summary>An event id means one thing in all libraries, and says by its range whose it is.</summary>
public sealed class LogEventTests
{
    public static TheoryData<Type, int, int> Ranges => new()
    {
        { typeof(IRegistry), 1000, 1399 },
        { typeof(Selectors), 2000, 2099 },
        { typeof(MdnsRegistryOptions), 3000, 3099 },
        { typeof(ConsulRegistryOptions), 4000, 4099 },
        { typeof(EtcdRegistryOptions), 5000, 5099 },
        { typeof(MicroService), 6000, 6099 },
        { typeof(GrpcException), 7000, 7099 },
        { typeof(JwtOptions), 8000, 8099 },
    };

    [Fact]
    public void EventIds_OfAllLibraries_AreUnique()
    {
        var events = Ranges.SelectMany(row => Find(((Type)row[0]).Assembly)).ToList();

        events.Should().HaveCountGreaterThan(100, "the attributes of the log methods are found");
        events.GroupBy(item => item.Id).Where(group => group.Count() > 1).SelectMany(group => group)
            .Should().BeEmpty("whoever filters by the id must get one event");
        events.GroupBy(item => item.Name).Where(group => group.Count() > 1).SelectMany(group => group)
            .Should().BeEmpty("whoever filters by the name must get one event");
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void EventIds_OfALibrary_AreInItsRange(Type library, int first, int last) =>
        Find(library.Assembly).Where(item => item.Id < first || item.Id > last).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Durations_InMessagesOfALibrary_AreReadable(Type library, int first, int last)
    {
        _ = (first, last);
        Methods(library.Assembly)
            .Where(static entry => entry.Method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(TimeSpan)))
            .Select(static entry => entry.Method.Name)
            .Should().BeEmpty("a message shows 5.4 s, not 00:00:05.4372102: use ReadableTime");
    }

    private static IEnumerable<(int Id, string Name, string Method)> Find(Assembly assembly) =>
        from entry in Methods(assembly)
        select (entry.Log.EventId, entry.Log.EventName ?? entry.Method.Name, $"{entry.Method.DeclaringType!.FullName}.{entry.Method.Name}");

    private static IEnumerable<(LoggerMessageAttribute Log, MethodInfo Method)> Methods(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let log = method.GetCustomAttribute<LoggerMessageAttribute>()
        where log is not null
        select (log, method);
}
