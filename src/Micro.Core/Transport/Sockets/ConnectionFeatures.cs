using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport.Sockets;

/// <summary>The handful of features that a connection has, in an array, because a dictionary would be most of its cost.</summary>
internal sealed class ConnectionFeatures : IFeatureCollection
{
    private KeyValuePair<Type, object>[] _features = new KeyValuePair<Type, object>[6];
    private int _count;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get => IndexOf(key) is var index and >= 0 ? _features[index].Value : null;
        set => Set(key, value);
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => Set(typeof(TFeature), instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.Take(_count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Set(Type key, object? value)
    {
        Revision++;
        var index = IndexOf(key);
        if (value is null)
        {
            if (index >= 0)
            {
                _features[index] = _features[--_count];
                _features[_count] = default;
            }

            return;
        }

        if (index < 0)
        {
            index = _count++;
            if (index == _features.Length)
            {
                Array.Resize(ref _features, index * 2);
            }
        }

        _features[index] = KeyValuePair.Create(key, value);
    }

    private int IndexOf(Type key)
    {
        for (var index = 0; index < _count; index++)
        {
            if (_features[index].Key == key)
            {
                return index;
            }
        }

        return -1;
    }
}
