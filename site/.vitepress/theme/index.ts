import { useRoute } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import { nextTick, onMounted, watch } from 'vue';
import './style.css';

export default {
  extends: theme,
  setup() {
    // the home page of the theme has no main landmark
    const mark = (): void => {
      const content = document.querySelector('#VPContent');
      if (content?.classList.contains('is-home')) content.setAttribute('role', 'main');
      else content?.removeAttribute('role');
    };
    onMounted(mark);
    const route = useRoute();
    watch(
      () => route.path,
      () => nextTick(mark),
    );
  },
};
