using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Micro.Server.Handlers.Binding;

/// <summary>Creates endpoints from the suitable public methods of a handler, by reflection, once.</summary>
[RequiresUnreferencedCode("Binds methods by reflection.")]
[RequiresDynamicCode("Compiles calls at run time.")]
internal static partial class HandlerBinder
{
    /// <returns>At least one invoker, in order of method name.</returns>
    /// <exception cref="ArgumentException">
    /// No method is suitable, two have the same name, or the options name something that does not exist.
    /// </exception>
    public static IReadOnlyList<EndpointInvoker> Bind(
        HandlerSource handler,
        HandlerOptions options,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        ILogger logger)
    {
        var type = handler.Type;
        var name = options.Name ?? type.Name.Split('`')[0];
        EndpointName.ThrowIfInvalidHandler(name, nameof(handler));
        var (shapes, skipped) = ReadShapes(type, name, logger);
        if (shapes.Count == 0)
        {
            throw new ArgumentException(
                $"handler {type.Name} has no suitable method{string.Concat(skipped)}. Suitable are public methods like {MethodShape.Suitable}",
                nameof(handler));
        }

        foreach (var endpoint in options.EndpointMetadata.Keys.Where(key => !shapes.ContainsKey(key)))
        {
            throw new ArgumentException($"metadata is set for unknown endpoint '{endpoint}': handler {type.Name} has {string.Join(", ", shapes.Keys)}", nameof(options));
        }

        return [.. shapes.Select(pair => InvokerFactory.Create(pair.Key, handler, pair.Value, MetadataOf(pair.Key, pair.Value, options), interceptors, options.Internal))];
    }

    private static (SortedDictionary<string, MethodShape> Shapes, List<string> Skipped) ReadShapes(Type type, string name, ILogger logger)
    {
        var shapes = new SortedDictionary<string, MethodShape>(StringComparer.Ordinal);
        var skipped = new List<string>();
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(IsCandidate))
        {
            if (MethodShapeReader.Read(method, out var reason) is not { } shape)
            {
                LogMethodSkipped(logger, name, method.Name, reason);
                skipped.Add($"; {method.Name}: {reason}");
                continue;
            }

            var endpoint = $"{name}.{WithoutSuffix(method.Name)}";
            if (!shapes.TryAdd(endpoint, shape))
            {
                throw new ArgumentException($"handler {type.Name} has two methods for endpoint '{endpoint}': rename one of them", nameof(type));
            }
        }

        return (shapes, skipped);
    }

    /// <summary>Skips methods that are clearly not meant as endpoints, without a log message.</summary>
    private static bool IsCandidate(MethodInfo method) =>
        !method.IsSpecialName
        && !method.IsGenericMethod
        && method.GetBaseDefinition().DeclaringType != typeof(object)
        && method.Name is not (nameof(Equals) or nameof(IComparable.CompareTo) or nameof(IDisposable.Dispose) or nameof(IAsyncDisposable.DisposeAsync))
        && !method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static string WithoutSuffix(string method) =>
        method.Length > "Async".Length && method.EndsWith("Async", StringComparison.Ordinal) ? method[..^"Async".Length] : method;

    private static Dictionary<string, string> MetadataOf(string endpoint, MethodShape shape, HandlerOptions options)
    {
        var own = options.EndpointMetadata.TryGetValue(endpoint, out var given) ? given : new Dictionary<string, string>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(own, StringComparer.Ordinal);
        if (shape.Method.IsDefined(typeof(IdempotentAttribute), inherit: true))
        {
            metadata.TryAdd("idempotent", "true"); // the options override it
        }

        return metadata;
    }
}
