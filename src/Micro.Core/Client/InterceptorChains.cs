namespace Micro.Client;

/// <summary>Runs a list of client interceptors around a call: the first is outermost.</summary>
internal static class InterceptorChains
{
    public static ValueTask RunAsync(IReadOnlyList<IClientInterceptor> interceptors, ClientContext context, Func<ClientContext, ValueTask> last)
    {
        return Next(0)(context);

        Func<ClientContext, ValueTask> Next(int index) =>
            index == interceptors.Count ? last : call => interceptors[index].InvokeAsync(call, Next(index + 1));
    }
}
